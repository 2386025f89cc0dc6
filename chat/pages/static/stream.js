// One stream brings the page the updates of all that it has asked for, and Gradio (6.31) loses questions over it: the
// server ends the stream with the last answer that is under way; a question that is sent before the page has read of that
// end is taken for one of the ended stream, and is answered where nobody looks. So the page learns that a question was
// taken only once its stream has told of it too, or has been left. No module: it must be there before Gradio's are.
(() => {
  const AGAIN_MS = 2_000;
  const EVENT = /"event_id":"([^"]+)"/g; // quotes inside an answer are escaped
  const EVENT_LETTERS = 100; // at most, of such a mention that two pieces of the stream share
  const reach = window.fetch;
  let stream = null; // the one that Gradio reads

  class Stream {
    constructor(signal) {
      this.told = new Set(); // the events that it has told of
      this.waiting = new Map(); // event → what to do once it has, or has been left
      this.left = false;
      signal.addEventListener("abort", () => this.leave()); // Gradio's way to leave it, once it has read of the end
    }

    tells(event) {
      if (this.left || this.told.has(event)) return Promise.resolve();
      return new Promise((resolve) => this.waiting.set(event, resolve));
    }

    leave() {
      this.left = true;
      for (const go of this.waiting.values()) go();
    }

    async listen(body) {
      const pieces = body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      try {
        for (;;) {
          const { value, done } = await pieces.read();
          if (done) return;
          for (const [, event] of (rest + value).matchAll(EVENT)) {
            this.told.add(event);
            this.waiting.get(event)?.();
          }
          rest = value.slice(-EVENT_LETTERS);
        }
      } catch {
        this.leave(); // broken off
      }
    }
  }

  async function opened(asked) {
    const opening = (stream = new Stream(asked.signal));
    try {
      const response = await reach(asked);
      opening.listen(response.clone().body);
      return response;
    } catch (error) {
      opening.leave();
      throw error;
    }
  }

  // A question that finds nobody is asked again until it does; reach.js tells the reader.
  async function joined(...asked) {
    let response;
    for (;;) {
      try {
        response = await reach(...asked);
        break;
      } catch {
        dispatchEvent(new Event("unreached"));
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    if (response.ok && stream) await stream.tells((await response.clone().json()).event_id);
    return response;
  }

  window.fetch = (...asked) => {
    const { pathname } = new URL(asked[0].url ?? asked[0], document.baseURI);
    if (pathname.endsWith("/queue/data")) return opened(...asked);
    if (pathname.endsWith("/queue/join")) return joined(...asked);
    return reach(...asked);
  };
})();
