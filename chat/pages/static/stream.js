// One stream brings the page the updates of all that it has asked for, and Gradio (6.31) is careless with it. No module:
// this must be there before Gradio's are.
// - The server ends the stream with the last answer that is under way. A question sent before the page has read of that
//   end is taken for one of the ended stream, and is answered where nobody looks. So the page learns that a question was
//   taken only once its stream has told of it too, or has been left.
// - Where nobody is reached, Gradio gives the page up and loads it anew. Here a question is sent until somebody takes it,
//   and what was under way in a stream that broke has failed, which the page can tell.
// - It asks at the address that the server believes to have, which behind proxies may be another than the page's: another
//   scheme, a path in front that a proxy takes away.
(() => {
  window.gradio_config.root = new URL(".", location.href).href.replace(/\/$/, "");

  const AGAIN_MS = 2_000;
  const reach = window.fetch;
  let stream = null; // the one that Gradio reads

  class Stream {
    constructor(signal) {
      this.told = new Set(); // the events that it has told of
      this.running = new Set(); // those of them that have not ended
      this.waiting = new Map(); // event → what to do once it is told of
      this.signal = signal; // Gradio's way to leave the stream, once it has read of the end
      signal.addEventListener("abort", () => this.leave());
    }

    tells(event) {
      if (this.isLeft || this.told.has(event)) return Promise.resolve();
      return new Promise((resolve) => this.waiting.set(event, resolve));
    }

    leave() {
      this.isLeft = true;
      for (const go of this.waiting.values()) go();
    }

    hear({ msg, event_id: event }) {
      if (!event) return;
      this.told.add(event);
      this.running.add(event);
      if (msg === "process_completed") this.running.delete(event);
      this.waiting.get(event)?.();
    }

    // The same bytes, listened to; where they break off, the end that the server would have told.
    through(body) {
      const pieces = body.getReader();
      const letters = new TextDecoder();
      let rest = "";
      const pull = async (on) => {
        const { value, done } = await pieces.read().catch(() => ({ done: true }));
        if (!done) {
          const messages = (rest + letters.decode(value, { stream: true })).split("\n\n");
          rest = messages.pop();
          for (const message of messages) this.hear(JSON.parse(message.slice("data: ".length)));
          return on.enqueue(value);
        }
        if (!this.signal.aborted) on.enqueue(new TextEncoder().encode(this.ended()));
        on.close();
      };
      return new ReadableStream({ pull, cancel: () => pieces.cancel() });
    }

    ended() {
      const failed = { msg: "process_completed", success: false, output: { error: null, visible: false } };
      const messages = [...this.running].map((event) => ({ ...failed, event_id: event }));
      return [...messages, { msg: "close_stream" }].map((message) => `data: ${JSON.stringify(message)}\n\n`).join("");
    }
  }

  async function taken(...asked) {
    for (;;) {
      try {
        return await reach(...asked);
      } catch {
        dispatchEvent(new Event("unreached"));
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  async function opened(asked) {
    const opening = (stream = new Stream(asked.signal));
    const response = await taken(asked.clone());
    return response.ok ? new Response(opening.through(response.body), response) : response;
  }

  async function joined(...asked) {
    const response = await taken(...asked);
    if (response.ok) await stream?.tells((await response.clone().json()).event_id);
    return response;
  }

  window.fetch = (...asked) => {
    const { pathname } = new URL(asked[0].url ?? asked[0], document.baseURI);
    if (pathname.endsWith("/queue/data")) return opened(...asked);
    if (pathname.endsWith("/queue/join")) return joined(...asked);
    return reach(...asked);
  };
})();
