// The stream: one socket, opened again when it is lost, and a sync light for each channel.
//
// A channel is in sync while every message of it names the one before it and, for a book, the checksum holds. When not,
// its light goes red, the channel is closed and opened again, and the light is green once it stands whole.

const REDDEST_MS = 700; // a light that was red is seen to have been
const PING_MS = 15_000;
const SILENT_MS = 25_000;
const PAUSES_MS = [300, 1000, 2000, 5000, 10_000];

export class Stream {
  constructor(key = "") {
    this.key = key;
    this.channels = new Map();
    this.waiting = new Map();
    this.listeners = new Set();
    this.nextId = 1;
    this.failures = 0;
    this.resyncs = 0;
    this.now = null;
    this.closed = false;
    this.connect();
  }

  /** Follow a channel: `take(push)` says whether the push was good. Gives what ends it. */
  follow(name, take, begin = () => {}) {
    const channel = {name, take, begin, seq: null, sync: "opening", redUntil: 0, timer: null};
    this.channels.set(name, channel);
    if (this.open) this.subscribe([channel]);
    return () => {
      clearTimeout(channel.timer);
      if (this.channels.get(name) !== channel) return;
      this.channels.delete(name);
      if (this.open) this.request("unsubscribe", {channels: [name]}).catch(() => {});
      this.tell();
    };
  }

  /** What the light shows: "lost" if any channel is, "opening" until all are there, else "in". */
  get sync() {
    if (!this.open) return this.failures || this.lost ? "lost" : "opening";
    const found = [...this.channels.values()].map((channel) => channel.sync);
    return found.includes("lost") ? "lost" : found.includes("opening") ? "opening" : "in";
  }

  onChange(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close() {
    this.closed = true;
    clearInterval(this.pinging);
    this.socket?.close();
  }

  connect() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/stream`);
    this.socket = socket;
    this.heard = Date.now();
    socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    socket.onopen = () => this.begin().catch(() => socket.close());
    socket.onclose = () => this.ended();
  }

  async begin() {
    if (this.key) await this.request("login", {key: this.key});
    this.open = true;
    this.lost = false;
    this.failures = 0;
    this.pinging = setInterval(() => this.ping(), PING_MS);
    await this.subscribe([...this.channels.values()]);
    this.tell();
  }

  ended() {
    this.open = false;
    this.lost = true;
    clearInterval(this.pinging);
    for (const {reject} of this.waiting.values()) reject(new Error("the connection was lost"));
    this.waiting.clear();
    if (this.closed) return;
    for (const channel of this.channels.values()) channel.sync = "lost";
    const pause = PAUSES_MS[Math.min(this.failures, PAUSES_MS.length - 1)];
    this.failures += 1;
    this.tell();
    setTimeout(() => !this.closed && this.connect(), pause);
  }

  ping() {
    if (Date.now() - this.heard > SILENT_MS) this.socket.close();
    else
      this.request("ping", {})
        .then((pong) => {
          this.now = pong.now;
          this.tell();
        })
        .catch(() => {});
  }

  request(op, params) {
    const id = this.nextId;
    this.nextId += 1;
    this.socket.send(JSON.stringify({id, op, params}));
    return new Promise((resolve, reject) => this.waiting.set(id, {resolve, reject}));
  }

  async subscribe(channels) {
    if (!channels.length) return;
    for (const channel of channels) channel.seq = null;
    const answer = await this.request("subscribe", {channels: channels.map((channel) => channel.name)});
    for (const channel of channels) {
      channel.begin(answer.seq);
      if (channel.name.startsWith("trades:")) this.good(channel); // there is no snapshot to wait for
    }
  }

  hear(message) {
    this.heard = Date.now();
    if (message.channel) {
      const channel = this.channels.get(message.channel);
      if (channel && message.type !== "shutting_down") this.take(channel, message);
      return;
    }
    const asked = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.ok) asked?.resolve(message.result);
    else asked?.reject(new Error(message.error.detail));
  }

  take(channel, push) {
    const follows = push.type === "snapshot" || channel.seq === null || push.prev_seq === channel.seq;
    if (channel.seq === null && push.type !== "snapshot" && !channel.name.startsWith("trades:")) return; // of before
    channel.seq = push.seq;
    this.now = push.at;
    if (follows && channel.take(push)) this.good(channel);
    else this.resync(channel);
  }

  good(channel) {
    const left = channel.redUntil - Date.now();
    if (channel.sync !== "lost" || left <= 0) {
      if (channel.sync === "in") return;
      channel.sync = "in";
      this.tell();
    } else if (channel.timer === null) {
      channel.timer = setTimeout(() => {
        channel.timer = null;
        if (channel.seq !== null) this.good(channel);
      }, left + 1);
    }
  }

  async resync(channel) {
    channel.sync = "lost";
    channel.redUntil = Date.now() + REDDEST_MS;
    channel.seq = null;
    this.resyncs += 1;
    this.tell();
    try {
      await this.request("unsubscribe", {channels: [channel.name]});
      if (this.channels.get(channel.name) === channel) await this.subscribe([channel]);
    } catch {
      this.socket.close();
    }
  }

  tell() {
    for (const listener of this.listeners) listener();
  }
}
