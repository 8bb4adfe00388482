// The market by REST: JSON in, JSON out, every refusal an error that has its problem.

/** What the server refused, by its code of the closed catalogue. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.detail);
    this.problem = problem;
    this.code = problem.code;
  }
}

export class Api {
  /** `lost` is called when the key is good no more. */
  constructor(key = "", lost = () => {}) {
    this.key = key;
    this.lost = lost;
  }

  get(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
    const asked = given.length ? `?${new URLSearchParams(given)}` : "";
    return this.send("GET", path + asked);
  }

  /** A request that is sent once: with a name of its own, so that sending it again changes nothing more. */
  post(path, body) {
    return this.send("POST", path, body, {"Idempotency-Key": newName()});
  }

  async send(method, path, body, headers = {}) {
    const sent = {...headers};
    if (this.key) sent.Authorization = `Bearer ${this.key}`;
    if (body !== undefined) sent["Content-Type"] = "application/json";
    const answer = await fetch(path, {
      method,
      headers: sent,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.ok) return answer.json();
    const problem = await answer
      .json()
      .catch(() => ({code: "unreadable", detail: `${answer.status} ${answer.statusText}`}));
    if (answer.status === 401) this.lost(problem);
    throw new Refused(problem);
  }
}

function newName() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `console-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
