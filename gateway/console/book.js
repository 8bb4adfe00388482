// A book as its snapshot and updates make it, proved by the checksum of every message.

const TABLE = Uint32Array.from({length: 256}, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of ASCII text, as zlib computes it. */
export function crc32(text) {
  let value = 0xffffffff;
  for (let place = 0; place < text.length; place += 1)
    value = (value >>> 8) ^ TABLE[(value ^ text.charCodeAt(place)) & 0xff];
  return (value ^ 0xffffffff) >>> 0;
}

export class Book {
  constructor() {
    this.sides = {asks: new Map(), bids: new Map()};
    this.seq = 0;
  }

  /** Take a message in. False when the book is then not as the server's: it must be had whole again. */
  take(push) {
    if (push.type === "snapshot") for (const side of Object.values(this.sides)) side.clear();
    for (const name of ["asks", "bids"]) {
      for (const [price, chips, orders] of push.data[name]) {
        if (orders) this.sides[name].set(price, [price, chips, orders]);
        else this.sides[name].delete(price);
      }
    }
    this.seq = push.seq;
    return checksum(this.levels("asks", 10), this.levels("bids", 10)) === push.data.checksum;
  }

  /** The best levels of a side, best first. */
  levels(name, most = Infinity) {
    const sign = name === "asks" ? 1 : -1;
    return [...this.sides[name].values()].sort((a, b) => sign * (Number(a[0]) - Number(b[0]))).slice(0, most);
  }
}

export function checksum(asks, bids) {
  return crc32([...asks, ...bids].map((level) => level.join(":")).join("|"));
}
