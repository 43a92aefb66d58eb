// Moves a file between the person's computer and the kernel, with a progress bar.

const BLOB_BYTES = 64 << 20; // what is gathered before the browser takes it from the page's memory

function shown(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** step).toFixed(step ? 1 : 0)} ${units[step]}`;
}

function bar(el, title, onCancel) {
  el.innerHTML = `<div class="dlk-bar"><span></span><progress max="1"></progress><span></span><button>Cancel</button></div>`;
  const [name, state] = el.querySelectorAll("span");
  const progress = el.querySelector("progress");
  name.textContent = title;
  el.querySelector("button").onclick = onCancel;
  let drawnAt = 0;
  return (done, size) => {
    if (performance.now() - drawnAt < 50 && done !== size) return;
    drawnAt = performance.now();
    if (size) progress.value = done / size;
    state.textContent = size ? `${shown(done)} of ${shown(size)}` : shown(done);
  };
}

function say(el, text) {
  el.innerHTML = `<div class="dlk-bar"><span class="dlk-hint"></span></div>`;
  el.querySelector("span").textContent = text;
}

/** Ask for a file; null if the person wants none. */
function asked(el, accept) {
  el.innerHTML = `<div class="dlk-drop" tabindex="0" data-lm-suppress-shortcuts="true">
    <div class="dlk-bar" style="justify-content:center"><span></span><button class="dlk-main">Choose a file</button>
    <button>Cancel</button></div><input type="file" hidden></div>`;
  const drop = el.firstElementChild;
  const input = el.querySelector("input");
  const [choose, cancel] = el.querySelectorAll("button");
  el.querySelector("span").textContent = accept ? `Drop a file here (${accept}), or` : "Drop a file here, or";
  input.accept = accept;
  choose.onclick = () => input.click();
  drop.focus({ preventScroll: true });
  return new Promise((resolve) => {
    cancel.onclick = () => resolve(null);
    input.onchange = () => input.files.length && resolve(input.files[0]);
    drop.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      resolve(null);
    };
    const over = (isOver) => (event) => {
      event.preventDefault();
      event.stopPropagation();
      drop.classList.toggle("dlk-over", isOver);
    };
    drop.ondragover = over(true);
    drop.ondragleave = over(false);
    drop.ondrop = (event) => {
      over(false)(event);
      if (event.dataTransfer.files.length) resolve(event.dataTransfer.files[0]);
    };
  });
}

async function* counted(file, onBytes) {
  let done = 0;
  for (let start = 0; start < file.size; start += 1 << 20) {
    const part = new Uint8Array(await file.slice(start, start + (1 << 20)).arrayBuffer());
    yield part;
    done += part.length; // it is asked for the next one when there is room for more
    onBytes(done, file.size);
  }
}

export default {
  render({ channel, el }) {
    el.className = "dlk-front dlk-mover";
    channel.expose({
      async upload(accept) {
        const file = await asked(el, accept);
        if (!file) return null;
        const stop = new AbortController();
        const show = bar(el, file.name, () => stop.abort(new DOMException("cancelled", "AbortError")));
        show(0, file.size);
        const stream = channel.stream(counted(file, show), { sizeBytes: file.size, name: file.name });
        try {
          await channel.callWith({ signal: AbortSignal.any([stop.signal, this.signal]) }, "receive", stream, file.name);
        } catch (error) {
          if (stop.signal.aborted) return null;
          throw error;
        }
        say(el, `${file.name} (${shown(file.size)}) is in the kernel.`);
        return file.name;
      },
      async download(stream, name) {
        let isCancelled = false;
        const show = bar(el, name, () => {
          isCancelled = true;
          stream.cancel();
        });
        const blobs = [];
        let parts = [];
        let gathered = 0;
        let done = 0;
        show(0, stream.sizeBytes);
        for await (const part of stream) {
          parts.push(part);
          gathered += part.length;
          done += part.length;
          if (gathered >= BLOB_BYTES) {
            blobs.push(new Blob(parts));
            [parts, gathered] = [[], 0];
          }
          show(done, stream.sizeBytes);
        }
        if (isCancelled) return null;
        const link = document.createElement("a");
        link.href = URL.createObjectURL(new Blob([...blobs, ...parts]));
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
        say(el, `${name} (${shown(done)}) was handed to the browser.`);
        return done;
      },
    });
    channel.notify("shows");
  },
};
