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

  /** Follow a channel: `take(push)` says whether the push was good, `begin` is called when it is opened anew.
   *  Gives what ends it. Several may follow one; whoever comes later hears what comes later.
   */
  follow(name, take, begin = () => {}) {
    const follower = {take, begin};
    let channel = this.channels.get(name);
    if (channel) channel.followers.add(follower);
    else {
      channel = {
        name,
        followers: new Set([follower]),
        seq: null,
        opened: false,
        sync: "opening",
        redUntil: 0,
        timer: null,
      };
      this.channels.set(name, channel);
      if (this.open) this.subscribe([channel]).catch(() => this.socket.close());
    }
    return () => this.leave(channel, follower);
  }

  leave(channel, follower) {
    channel.followers.delete(follower);
    if (channel.followers.size || this.channels.get(channel.name) !== channel) return;
    clearTimeout(channel.timer);
    this.channels.delete(channel.name);
    if (this.open) this.request("unsubscribe", {channels: [channel.name]}).catch(() => {});
    this.tell();
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
    for (const channel of channels) channel.opened = false; // what comes until the answer is of before
    const answer = await this.request("subscribe", {channels: channels.map((channel) => channel.name)});
    for (const channel of channels) {
      Object.assign(channel, {opened: true, seq: null});
      for (const follower of channel.followers) follower.begin(answer.seq);
      if (told(channel)) this.good(channel);
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
    if (!channel.opened) return;
    const first = channel.seq === null && told(channel);
    const follows = push.type === "snapshot" || first || push.prev_seq === channel.seq;
    channel.seq = push.seq;
    this.now = push.at;
    const good = [...channel.followers].map((follower) => follower.take(push)).every(Boolean);
    if (follows && good) this.good(channel);
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
        if (channel.opened && (channel.seq !== null || told(channel))) this.good(channel);
      }, left + 1);
    }
  }

  async resync(channel) {
    channel.sync = "lost";
    channel.redUntil = Date.now() + REDDEST_MS;
    channel.opened = false;
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

/** Whether a channel tells news alone, so that there is no snapshot to wait for. */
function told(channel) {
  return channel.name.startsWith("trades:");
}
