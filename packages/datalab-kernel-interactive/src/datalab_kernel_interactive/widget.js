// The page's half of a figure: draws by plotly, and asks the kernel for the detail of what is seen.
// plotly's JavaScript comes from the kernel (the model "library"), once for all figures of a page.

const QUIET_MS = 60; // after the last change of the view, before the kernel is asked
const WAITING_MS = 1500; // then it is said that the kernel hasn't answered yet
const LOST_MS = 10000; // then an answer isn't expected any more
const TYPES = {
  int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array,
  int32: Int32Array, uint32: Uint32Array, float32: Float32Array, float64: Float64Array,
};

function toArray({ dtype, shape }, bytes) {
  const copy = bytes.byteLength
    ? bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    : new ArrayBuffer(0);
  const flat = new TYPES[dtype](copy);
  if (shape.length < 2) return flat;
  return Array.from({ length: shape[0] }, (_, row) => flat.subarray(row * shape[1], (row + 1) * shape[1]));
}

function unpacked(value) {
  if (Array.isArray(value)) return value.map(unpacked);
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if ("bytes" in value && "dtype" in value) return toArray(value, value.bytes);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unpacked(part)]));
}

function plotlyOf(model) {
  const key = Symbol.for(`datalab-kernel-interactive/plotly ${model.get("version")}`);
  globalThis[key] ??= importPlotly(model).catch((error) => {
    delete globalThis[key];
    throw error;
  });
  return globalThis[key];
}

async function importPlotly(model) {
  const library = await model.widget_manager.get_model(model.get("library"));
  const unzipped = new Blob([library.get("source")]).stream().pipeThrough(new DecompressionStream("gzip"));
  const source = await new Response(unzipped).text();
  const module = `const module = { exports: {} };\n${source}\nexport default module.exports;`;
  const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  const others = Object.getOwnPropertyDescriptor(globalThis, "Plotly"); // somebody else's
  try {
    return (await import(url)).default;
  } finally {
    URL.revokeObjectURL(url);
    if (others) Object.defineProperty(globalThis, "Plotly", others);
    else delete globalThis.Plotly;
  }
}

function nested(arrays) {
  const found = {};
  for (const [name, values] of Object.entries(arrays)) {
    const [head, rest] = name.split(".");
    if (rest) found[head] = { ...found[head], [rest]: values };
    else found[head] = values;
  }
  return found;
}

// The first view's points before and behind a part, and the part between them.
function joined(first, part) {
  const x = part.x, whole = first.x;
  if (!x.length) return first;
  let before = 0, behind = whole.length;
  while (before < whole.length && whole[before] < x[0]) before += 1;
  while (behind > before && whole[behind - 1] > x[x.length - 1]) behind -= 1;
  const found = {};
  for (const name of Object.keys(part)) {
    const values = first[name] ?? new Float64Array(whole.length);
    const all = new Float64Array(before + part[name].length + whole.length - behind);
    all.set(values.subarray(0, before));
    all.set(part[name], before);
    all.set(values.subarray(behind), before + part[name].length);
    found[name] = all;
  }
  return found;
}

function isWithin([first, second], edges) {
  const [low, high] = [Math.min(first, second), Math.max(first, second)];
  const ends = [edges[0], edges[edges.length - 1]];
  return low >= Math.min(...ends) && high <= Math.max(...ends);
}

async function render({ model, el }) {
  let Plotly;
  try {
    Plotly = await plotlyOf(model);
  } catch (error) {
    el.textContent = `The figure can't be drawn here (${error.message}). Run its cell again.`;
    throw error;
  }
  const view = `${Date.now()}-${Math.random()}`;
  const plot = document.createElement("div");
  const status = document.createElement("div");
  const [note, wait, off] = ["note", "wait", "off"].map((name) => {
    const part = document.createElement("span");
    part.className = `datalab-figure-${name}`;
    status.append(part);
    return part;
  });
  plot.className = "datalab-figure";
  plot.setAttribute("role", "img");
  status.className = "datalab-figure-status";
  status.setAttribute("role", "status");
  off.textContent = "The kernel was restarted or is gone: detail is off.";
  el.append(plot, status);

  let picture, first, drawn; // the first view's arrays by trace; what plotly has now
  let number = 0, askedAt = 0, answered = 0, asked = "", timer, waiting, held;

  // The kernel may be gone, which sending tells by an error.
  function tell(message) {
    try {
      model.send(message);
    } catch {
      clearTimeout(waiting);
      wait.textContent = "";
      status.dataset.off = "yes";
    }
  }

  async function draw() {
    picture = model.get("picture");
    drawn = unpacked(picture.data);
    first = drawn.map((trace) => ({ x: trace.x, y: trace.y, "error_x.array": trace.error_x?.array, "error_y.array": trace.error_y?.array }));
    plot.setAttribute("aria-label", picture.alt);
    plot.style.width = status.style.width = picture.width ? `${picture.width}px` : "100%";
    plot.style.height = `${picture.layout.height}px`;
    note.textContent = picture.note;
    const layout = unpacked(picture.layout);
    await Plotly.react(plot, drawn, { ...layout, autosize: true }, picture.config);
    plot.dataset.state = picture.panels.some(({ has_detail }) => has_detail) ? "drawn" : "complete";
    asked = "";
    askSoon();
  }

  function seen() {
    const layout = plot._fullLayout;
    return picture.panels.flatMap(({ suffix, has_detail }, panel) => {
      const x = layout[`xaxis${suffix}`], y = layout[`yaxis${suffix}`];
      if (!has_detail || !x?._length) return [];
      const size = { width: Math.round(x._length), height: Math.round(y._length) };
      return [{ panel, x: x.range.slice(), y: y.range.slice(), ...size }];
    });
  }

  function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(ask, QUIET_MS);
  }

  function ask() {
    if (!plot._fullLayout) return;
    if (answered < number && Date.now() - askedAt < LOST_MS) return; // the answer asks again
    const panels = seen();
    const question = JSON.stringify(panels);
    if (!panels.length || question === asked) return;
    asked = question;
    askedAt = Date.now();
    number += 1;
    plot.dataset.state = "asked";
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      wait.textContent = "Overview: detail comes when the kernel is free.";
    }, WAITING_MS);
    tell({ kind: "view", view, number, panels });
  }

  function onMessage(message, buffers) {
    if (message.kind === "who") tell({ kind: "shown", view });
    if (message.kind !== "detail" || message.view !== view || message.number < number) return;
    answered = message.number;
    clearTimeout(waiting);
    wait.textContent = message.is_released ? "Detail is off: run the cell again." : "";
    if (plot._dragging) held = [message, buffers]; // plotly loses the drag if it draws now
    else apply(message, buffers);
  }

  async function apply(message, buffers) {
    held = undefined;
    for (const { trace, arrays, is_part } of message.changes) {
      let found = Object.fromEntries(
        Object.entries(arrays).map(([name, array]) => [name, toArray(array, buffers[array.buffer])]),
      );
      if (is_part) found = joined(first[trace], found);
      const changed = nested(found);
      for (const name of ["error_x", "error_y"]) {
        if (changed[name]) changed[name] = { ...drawn[trace][name], ...changed[name] };
      }
      drawn[trace] = { ...drawn[trace], ...changed };
      if (drawn[trace].type === "heatmap") {
        drawn[trace].visible = true;
        hideOverview(trace);
      }
    }
    if (!message.is_released) note.textContent = message.note;
    if (message.changes.length) await Plotly.react(plot, drawn.slice(), plot.layout, picture.config);
    plot.dataset.state = "detailed";
    plot.dataset.answers = message.number;
    ask(); // the view may have changed meanwhile
  }

  // An image's detail lies over the whole one, which is hidden where the detail has holes.
  // Says whether that changed.
  function hideOverview(trace) {
    const detail = drawn[trace], whole = drawn[trace - 1], layout = plot._fullLayout;
    const suffix = detail.xaxis.slice(1);
    const covers = isWithin(layout[`xaxis${suffix}`].range, detail.x)
      && isWithin(layout[`yaxis${suffix}`].range, detail.y);
    const isHidden = covers && (detail.opacity < 1 || detail.z.some((row) => row.some(Number.isNaN)));
    const opacity = isHidden ? 0 : detail.opacity;
    if (whole.opacity === opacity) return false;
    drawn[trace - 1] = { ...whole, opacity };
    return true;
  }

  function onRelayout() {
    if (held) {
      apply(...held);
    } else {
      const changed = drawn.map((trace, index) => trace.type === "heatmap" && trace.visible === true && hideOverview(index));
      if (changed.some(Boolean)) Plotly.react(plot, drawn.slice(), plot.layout, picture.config);
    }
    askSoon();
  }

  // The wheel scrolls the page; with Ctrl or Shift it zooms.
  function onWheel(event) {
    if (!event.ctrlKey && !event.shiftKey && !event.metaKey) event.stopPropagation();
  }

  plot.addEventListener("wheel", onWheel, { capture: true });
  model.on("msg:custom", onMessage);
  model.on("change:picture", draw);
  tell({ kind: "shown", view });
  await draw();
  plot.on("plotly_relayout", onRelayout);
  const sizes = new ResizeObserver(() => {
    if (plot.clientWidth && plot._fullLayout && Math.abs(plot._fullLayout.width - plot.clientWidth) > 1) {
      Plotly.Plots.resize(plot).then(askSoon);
    }
  });
  sizes.observe(plot);

  return () => {
    clearTimeout(timer);
    clearTimeout(waiting);
    sizes.disconnect();
    model.off("msg:custom", onMessage);
    model.off("change:picture", draw);
    tell({ kind: "gone", view });
    Plotly.purge(plot);
  };
}

export default { render };
