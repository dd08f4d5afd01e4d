// Sends files in pieces, smaller pictures first, and goes on where it was after a broken line or a closed browser.
// Without this file the form sends them in one go.
document.querySelectorAll("form[data-upload]").forEach(form => {
  const { upload: begin, item, most } = form.dataset;
  const list = form.querySelector("[data-sending]");
  const says = (name, values = {}) =>
    Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), list.dataset[`says${name}`]);
  const token = form.elements.csrf_token.value;
  const LONGEST = 2400;

  class Refused extends Error {}

  const ask = async (method, url, body) => {
    const answer = await fetch(url, {
      method,
      body,
      headers: { Accept: "application/json", "X-CSRFToken": token },
      redirect: "error",
    });
    const found = await answer.json();
    if (answer.ok) return found;
    const error = new Refused(found.problems?.[0]?.message || found.detail || found.title);
    error.status = answer.status;
    throw error;
  };
  const fields = values => new URLSearchParams({ once: crypto.getRandomValues(new Uint32Array(4)).join(""), ...values });
  const wait = seconds => new Promise(done => {
    const timer = setTimeout(done, seconds * 1000);
    addEventListener("online", () => (clearTimeout(timer), done()), { once: true });
  });

  // A picture larger than anybody looks at is redrawn; what the browser cannot draw (HEIC, mostly) goes as it is.
  const shrunk = async file => {
    if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type)) return file;
    try {
      const image = await createImageBitmap(file);
      const scale = LONGEST / Math.max(image.width, image.height);
      if (scale >= 1 && file.size < 1 << 20) return file;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * Math.min(scale, 1));
      canvas.height = Math.round(image.height * Math.min(scale, 1));
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      const type = file.type === "image/png" ? "image/png" : "image/jpeg";
      const smaller = await new Promise(done => canvas.toBlob(done, type, 0.85));
      if (!smaller || smaller.size >= file.size) return file;
      const name = type === file.type ? file.name : file.name.replace(/\.[^.]*$/, "") + ".jpg";
      return new File([smaller], name, { type });
    } catch {
      return file;
    }
  };

  // Which upload a file belongs to is remembered in this browser, so that choosing it again goes on with it.
  const memory = {
    key: file => `upload ${item} ${file.name} ${file.size} ${file.lastModified}`,
    get: key => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, id) => { try { id ? localStorage.setItem(key, id) : localStorage.removeItem(key); } catch { /* private */ } },
  };

  const start = async (file, known) => {
    if (known) {
      try {
        const found = await ask("GET", `/uploads/${known}`);
        if (found.size === file.size) return found;
      } catch (error) {
        if (error.status !== 404) throw error;
      }
    }
    return ask("POST", begin, fields({ name: file.name, size: file.size }));
  };

  const send = async (chosen, line) => {
    if (chosen.size === 0) throw new Refused(says("Failed"));
    line.say(says("Shrinking"));
    const file = await shrunk(chosen);
    if (file.size > +most) throw new Refused(says("Large"));
    const key = memory.key(chosen);
    let state, pause = 1;
    for (;;) {
      if (line.stopped) {
        if (state) await ask("POST", `/uploads/${state.id}/cancel`, fields({}));
        memory.set(key, null);
        return says("Stopped");
      }
      try {
        state ||= await start(file, memory.get(key));
        memory.set(key, state.id);
        line.show(state.received / file.size, says("Sending", { share: `${Math.floor(100 * state.received / file.size)} %` }));
        if (state.received < file.size) {
          const piece = file.slice(state.received, state.received + state.piece);
          state = await ask("PATCH", `/uploads/${state.id}?offset=${state.received}`, piece);
          pause = 1;
          continue;
        }
        line.say(says("Looking"));
        await ask("POST", `/uploads/${state.id}/complete`, fields({}));
        memory.set(key, null);
        return says("Done");
      } catch (error) {
        // A line that breaks is no answer: ask anew how much is there. What was answered with a no stays one.
        if (error instanceof Refused && error.status < 500 && error.status !== 409) {
          if (error.status !== 401) memory.set(key, null);  // signed out: it goes on after signing in
          throw error;
        }
        if (error instanceof Refused && error.status === 409 && pause > 4) throw error;
        line.say(says("Waiting"));
        await wait(pause);
        pause = Math.min(pause * 2, 30);
        state = undefined;
      }
    }
  };

  const lineFor = name => {
    const row = list.appendChild(document.createElement("li"));
    row.className = "row";
    const title = row.appendChild(document.createElement("bdi"));
    const bar = row.appendChild(document.createElement("progress"));
    const said = row.appendChild(document.createElement("small"));
    const stop = row.appendChild(document.createElement("button"));
    title.textContent = name;
    bar.max = 1;
    bar.setAttribute("aria-label", name);
    stop.type = "button";
    stop.textContent = says("Stop");
    stop.setAttribute("aria-label", `${says("Stop")}: ${name}`);
    const line = {
      stopped: false,
      say: text => { if (said.textContent !== text) said.textContent = text; },
      show: (share, text) => { bar.value = share; line.say(text); },
      end: (text, isBad) => {
        bar.remove();
        stop.remove();
        said.className = isBad ? "error" : "";
        line.say(text);
      },
    };
    stop.addEventListener("click", () => { line.stopped = true; });
    return line;
  };

  // The list of what is in the draft is the page's: fetched anew, so that nothing else on this page is touched.
  const refresh = async () => {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const [old, fresh] = [document, page].map(one => one.querySelector("[data-files]"));
    if (old && fresh) old.replaceWith(fresh);
  };

  let queue = Promise.resolve();
  const take = input => {
    const chosen = [...input.files];
    input.value = "";
    chosen.forEach(file => {
      const line = lineFor(file.name);
      queue = queue
        .then(() => send(file, line))
        .then(text => line.end(text), error => line.end(error instanceof Refused ? error.message : says("Failed"), true))
        .then(refresh)
        .catch(() => {});
    });
  };
  form.querySelectorAll("[type=file]").forEach(input => input.addEventListener("change", () => take(input)));
  form.querySelector("button:not([type])").hidden = true;
});
