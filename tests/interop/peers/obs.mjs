// A publisher as OBS is one: libdatachannel, no candidates in the offer, H.264 prepared beforehand with a keyframe
// every two seconds, sender reports, a NACK responder, and no ear for keyframe requests.
//
//   node obs.mjs URL KEY FOLDER
//
// FOLDER holds one closed group of pictures as files 0, 1, 2 ... (Annex B). Prints "live"; ends by DELETE when its
// standard input is closed.

import {readFileSync, readdirSync} from "node:fs";
import http from "node:http";
import rtc from "node-datachannel";

const [url, key, folder] = process.argv.slice(2);
const FPS = 30;
const NACKED = 4000;
const OPUS_SILENCE = Buffer.from([0xf8, 0xff, 0xfe]);
const pictures = readdirSync(folder).sort((a, b) => a - b).map((name) => readFileSync(`${folder}/${name}`));

const pc = new rtc.PeerConnection("obs", {iceServers: [], disableAutoNegotiation: true});

const audio = new rtc.Audio("0", "SendOnly");
audio.addOpusCodec(111, "minptime=10;maxaveragebitrate=160000;stereo=1;sprop-stereo=1;useinbandfec=1");
audio.addSSRC(11, "obs", "obs", "obs-audio");
const video = new rtc.Video("1", "SendOnly");
video.addH264Codec(96, "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1");
video.addSSRC(12, "obs", "obs", "obs-video");
const tracks = {audio: pc.addTrack(audio), video: pc.addTrack(video)};

const sound = new rtc.RtpPacketizationConfig(11, "obs", 111, 48000);
const picture = new rtc.RtpPacketizationConfig(12, "obs", 96, 90000);
const packetizers = {
    audio: new rtc.RtpPacketizer(sound),
    video: new rtc.H264RtpPacketizer("StartSequence", picture, 1200),
};
for (const [kind, config] of [["audio", sound], ["video", picture]]) {
    packetizers[kind].addToChain(new rtc.RtcpSrReporter(config));
    packetizers[kind].addToChain(new rtc.RtcpNackResponder(NACKED));
    tracks[kind].setMediaHandler(packetizers[kind]);
}

// The server's name ends with .localhost, which browsers resolve by themselves and Node.js does not.
function lookup(_name, _options, done) {
    done(null, [{address: "127.0.0.1", family: 4}]);
}

function ask(method, target, headers = {}, body = "") {
    return new Promise((resolve, reject) => {
        const request = http.request(target, {method, headers, lookup}, async (response) => {
            let text = "";
            for await (const piece of response) text += piece;
            resolve({status: response.statusCode, location: response.headers.location, text});
        });
        request.on("error", reject);
        request.end(body);
    });
}

function offered() {
    return new Promise((resolve) => {
        pc.onLocalDescription((sdp) => resolve(sdp));
        pc.setLocalDescription("offer");
    });
}

function connected() {
    return new Promise((resolve, reject) => pc.onStateChange((state) => {
        if (state === "connected") resolve();
        if (state === "failed") reject(new Error("the connection failed"));
    }));
}

const offer = (await offered()).split("\r\n").filter((line) => !line.startsWith("a=candidate")).join("\r\n");
const headers = {"Content-Type": "application/sdp", Authorization: `Bearer ${key}`};
const answer = await ask("POST", url, headers, offer);
// OBS takes nothing but a 201 with a Location and a body.
if (answer.status !== 201 || !answer.location || !answer.text) {
    throw new Error(`${answer.status} ${answer.text}`);
}
const resource = new URL(answer.location, url);
const up = connected();
pc.setRemoteDescription(answer.text, "answer");
await up;
console.log("live");

const began = performance.now();
let frames = 0;
let pieces = 0;
const sending = setInterval(() => {
    const seconds = (performance.now() - began) / 1000;
    while (frames <= seconds * FPS) {
        picture.timestamp = Math.round(frames * 90000 / FPS) >>> 0;
        tracks.video.sendMessageBinary(pictures[frames % pictures.length]);
        frames += 1;
    }
    while (pieces <= seconds * 50) {
        sound.timestamp = (pieces * 960) >>> 0;
        tracks.audio.sendMessageBinary(OPUS_SILENCE);
        pieces += 1;
    }
}, 5);

process.stdin.resume();
process.stdin.on("end", async () => {
    clearInterval(sending);
    const gone = await ask("DELETE", resource);
    console.log(gone.status);
    pc.close();
    process.exit(gone.status === 200 ? 0 : 1);
});
