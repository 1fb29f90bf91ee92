/**
 * HLS in a video element: `import {attachHls} from "livestream/hls-player"; const detach = await attachHls(video, url);`.
 * The browser's own player where there is one, else hls.js, which is loaded only then.
 *
 * `/livestream/<id>/hls/live.m3u8` is what is on the air now, some seconds ago; `index.m3u8` the recording.
 * It tries again for ever until `detach()`; the element gets an event "hlsretry" each time that it has to.
 */

const TYPE = "application/vnd.apple.mpegurl";
const AGAIN_MS = 1000;
const AGAIN_MAX_MS = 10_000;
/** Two segments behind what is newest. */
const BEHIND = 2;

/**
 * @param {HTMLVideoElement} video
 * @param {string} url of the playlist
 * @returns {Promise<() => void>} takes it off again
 */
export async function attachHls(video, url) {
  if (video.canPlayType(TYPE)) return native(video, url);
  // @ts-expect-error it is brought by the build
  const { default: Hls } = await import("../vendor/hls.js");
  if (!Hls.isSupported()) throw new Error("This browser plays no HLS.");
  return scripted(video, url, Hls);
}

/** @param {HTMLVideoElement} video @param {string} url */
function native(video, url) {
  const again = retrying(video, () => {
    const at = Number.isFinite(video.duration) ? video.currentTime : 0;
    video.src = url;
    if (at) video.addEventListener("loadedmetadata", () => (video.currentTime = at), { once: true });
    video.play().catch(() => null);
  });
  video.addEventListener("error", again.later);
  video.addEventListener("playing", again.reset);
  video.src = url;
  return () => {
    again.stop();
    video.removeEventListener("error", again.later);
    video.removeEventListener("playing", again.reset);
    video.removeAttribute("src");
    video.load();
  };
}

/** @param {HTMLVideoElement} video @param {string} url @param {any} Hls */
function scripted(video, url, Hls) {
  // Its worker would be a script without a nonce.
  const hls = new Hls({ enableWorker: false, liveSyncDurationCount: BEHIND, backBufferLength: 60 });
  const again = retrying(video, () => {
    if (hls.levels?.length) hls.startLoad();
    else hls.loadSource(url);
  });
  hls.on(Hls.Events.FRAG_BUFFERED, again.reset);
  hls.on(Hls.Events.ERROR, (_, error) => {
    if (!error.fatal) return;
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    again.later();
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return () => {
    again.stop();
    hls.destroy();
  };
}

/** @param {HTMLVideoElement} video @param {() => void} act */
function retrying(video, act) {
  let wait_ms = AGAIN_MS;
  let timer = 0;
  return {
    later: () => {
      clearTimeout(timer);
      timer = setTimeout(act, wait_ms);
      wait_ms = Math.min(wait_ms * 2, AGAIN_MAX_MS);
      video.dispatchEvent(new Event("hlsretry"));
    },
    reset: () => (wait_ms = AGAIN_MS),
    stop: () => clearTimeout(timer),
  };
}
