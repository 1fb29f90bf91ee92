// Other people's clients as one module for the browser; bundled by scripts/interop.py.

export {WHIPClient as MedoozePublisher} from "whip-whep/whip.js";
export {WHEPClient as MedoozeViewer} from "whip-whep/whep.js";
export {WHIPClient as EyevinnPublisher} from "@eyevinn/whip-web-client";
export {WebRTCPlayer as EyevinnPlayer} from "@eyevinn/webrtc-player";
