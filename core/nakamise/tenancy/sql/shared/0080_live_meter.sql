-- The plans limited a meter by a name that no plugin has: livestream's is called as the plugin is.

UPDATE nakamise.plan_limit SET meter = 'livestream.viewer_minutes' WHERE meter = 'live.viewer_minutes';

UPDATE nakamise.plan_option SET meter = 'livestream.viewer_minutes' WHERE meter = 'live.viewer_minutes';
