// A plain WHIP and WHEP client, and what a page counts of a connection.

const SDP = {"Content-Type": "application/sdp"};

export const state = {};

export async function camera(height = 360) {
    return navigator.mediaDevices.getUserMedia({audio: true, video: {height, frameRate: 30}});
}

export async function publish(url, {key, codec = "VP8", layers = [{}], height = 360} = {}) {
    const stream = await camera(height);
    const pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
    for (const track of stream.getTracks()) {
        const sendEncodings = track.kind === "video" ? layers : [{}];
        pc.addTransceiver(track, {direction: "sendonly", streams: [stream], sendEncodings});
    }
    prefer(pc, codec);
    await exchange(pc, url, key ? {Authorization: `Bearer ${key}`} : {});
    await connected(pc);
}

export async function play(url) {
    const pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
    show(pc);
    for (const kind of ["audio", "video"]) pc.addTransceiver(kind, {direction: "recvonly"});
    await exchange(pc, url, {});
}

// Milliseconds from the POST to the first picture on the screen; then it leaves.
export async function first(url) {
    const fresh = document.createElement("video");
    fresh.autoplay = fresh.muted = fresh.playsInline = true;
    document.querySelector("video").replaceWith(fresh);
    const shown = new Promise((resolve) => fresh.requestVideoFrameCallback(() => resolve(performance.now())));
    const began = performance.now();
    await play(url);
    const passed = (await shown) - began;
    await leave();
    return passed;
}

export async function leave() {
    state.pc.close();
    await fetch(state.resource, {method: "DELETE"});
}

function prefer(pc, codec) {
    const codecs = RTCRtpSender.getCapabilities("video").codecs;
    const named = (name) => codecs.filter((one) => one.mimeType === `video/${name}`);
    const video = pc.getTransceivers().find((one) => one.sender.track.kind === "video");
    video.setCodecPreferences([...named(codec), ...named("rtx")]);
}

async function exchange(pc, url, headers) {
    await pc.setLocalDescription();
    const body = pc.localDescription.sdp;
    const answer = await fetch(url, {method: "POST", body, headers: {...SDP, ...headers}});
    const sdp = await answer.text();
    if (answer.status !== 201) throw new Error(`${answer.status} ${sdp}`);
    state.resource = new URL(answer.headers.get("Location"), url).href;
    // A test may lead the media over another line than the answer says.
    await pc.setRemoteDescription({type: "answer", sdp: window.through ? await window.through(sdp) : sdp});
    watch(pc);
}

// Also for a connection that another client has made.
export function watch(pc) {
    state.pc = pc;
}

export function show(pc) {
    pc.addEventListener("track", ({streams}) => { document.querySelector("video").srcObject = streams[0]; });
}

export async function connected(pc = state.pc) {
    while (pc.connectionState !== "connected") {
        if (pc.connectionState === "failed") throw new Error("the connection failed");
        await pause(20);
    }
}

function pause(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function reports() {
    return [...(await state.pc.getStats()).values()];
}

export async function received() {
    const found = await reports();
    const of = (kind) => found.find((one) => one.type === "inbound-rtp" && one.kind === kind) ?? {};
    const [video, audio] = [of("video"), of("audio")];
    return {
        frames: video.framesDecoded ?? 0, dropped: video.framesDropped ?? 0, width: video.frameWidth ?? 0,
        packets: video.packetsReceived ?? 0, lost: video.packetsLost ?? 0, sound: audio.packetsReceived ?? 0,
        freezes: video.freezeCount ?? 0, frozen: video.totalFreezesDuration ?? 0,
        nacks: video.nackCount ?? 0, asked: video.pliCount ?? 0,
    };
}

// One entry per layer, by rid ("" without simulcast).
export async function sent() {
    const found = await reports();
    const layers = found.filter((one) => one.type === "outbound-rtp" && one.kind === "video");
    return Object.fromEntries(layers.map((one) => [one.rid ?? "", {
        frames: one.framesEncoded ?? 0, bytes: one.bytesSent ?? 0, target: one.targetBitrate ?? 0,
        height: one.frameHeight ?? 0, limited: one.qualityLimitationReason ?? "none",
    }]));
}

export async function seen(frames) {
    for (;;) {
        const now = await received();
        if (now.frames >= frames && now.sound > 0) return now;
        await pause(50);
    }
}

// Longest single freeze in seconds while `seconds` go by, and the counters of the end.
export async function observe(seconds) {
    const began = performance.now();
    let before = await received();
    const start = before;
    let longest = 0;
    while (performance.now() - began < seconds * 1000) {
        await pause(100);
        const now = await received();
        const count = now.freezes - before.freezes;
        if (count > 0) longest = Math.max(longest, (now.frozen - before.frozen) / count);
        before = now;
    }
    return {longest, start, end: before, seconds: (performance.now() - began) / 1000};
}

// The longest time in seconds in which no picture was encoded: a busy machine's share in what viewers see.
export async function longestPause(seconds) {
    const began = performance.now();
    const frames = async () => Object.values(await sent()).reduce((sum, layer) => sum + layer.frames, 0);
    let [last, at, longest] = [await frames(), began, 0];
    while (performance.now() - began < seconds * 1000) {
        await pause(20);
        const now = performance.now();
        const encoded = await frames();
        longest = Math.max(longest, now - at);
        if (encoded !== last) [last, at] = [encoded, now];
    }
    return longest / 1000;
}

// Milliseconds from now until the next picture whose width is not `width`.
export async function another(width) {
    const video = document.querySelector("video");
    const began = performance.now();
    while (video.videoWidth === width || video.videoWidth === 0) {
        await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    }
    return performance.now() - began;
}
