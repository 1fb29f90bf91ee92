/** Entry of every page. Each module adds delegated listeners, so that fragments need no start-up call. */

import "./dialog.js";
import "./shell.js";
import "./confirm.js";
import "./countdown.js";
import "./forms.js";
import "./fields.js";
import "./toast.js";
