// Draws a shape, or points, on a picture of a plot: by mouse, by pen, or by keys.

const SVG = "http://www.w3.org/2000/svg";
const HINTS = {
  rectangle: "Drag a rectangle",
  circle: "Drag from the centre of a circle to its edge",
  segment: "Drag over a range of x",
  polygon: "Click the corners of a polygon, at least three",
  points: "Click points",
};
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const isTwoCornered = (kind) => ["rectangle", "circle", "segment"].includes(kind);

/** Pixels of the picture, and values of the plot's axes, either linear or logarithmic. */
function axisOf([first, last], [start, size], scale) {
  const [to, from] = scale === "log" ? [Math.log10, (value) => 10 ** value] : [Number, Number];
  const [low, high] = [to(first), to(last)];
  return {
    value: (pixel) => from(low + ((pixel - start) / size) * (high - low)),
    pixel: (value) => start + ((to(value) - low) / (high - low)) * size,
  };
}

class Picker {
  corners = []; // in pixels of the picture
  cursor;
  isDragging = false;

  constructor(el, plot, done) {
    Object.assign(this, { el, plot, done });
    const { left, top, width, height } = plot.area;
    this.x = axisOf(plot.xlim, [left, width], plot.xscale);
    this.y = axisOf(plot.ylim, [top + height, -height], plot.yscale); // upwards
    this.cursor = [left + width / 2, top + height / 2];
    this.#build();
    this.draw();
  }

  #build() {
    const { plot } = this;
    this.el.innerHTML = `
      <div class="dlk-bar"><span class="dlk-hint"></span>
        <button class="dlk-main">Use it</button><button>Cancel</button></div>
      <div class="dlk-stage" tabindex="0" role="application" data-lm-suppress-shortcuts="true">
        <img alt=""><svg viewBox="0 0 ${plot.width} ${plot.height}" preserveAspectRatio="none"></svg></div>
      <div class="dlk-values" role="status"></div>`;
    this.stage = this.el.querySelector(".dlk-stage");
    this.svg = this.el.querySelector("svg");
    this.values = this.el.querySelector(".dlk-values");
    [this.use, this.cancel] = this.el.querySelectorAll("button");
    const count = plot.count ? ` (${plot.count})` : "";
    const keys = isTwoCornered(plot.kind) ? "" : "; Backspace takes the last one back";
    const hint = `${HINTS[plot.kind]}${count}. Or use the arrow keys and Space${keys}. Enter uses it, Esc cancels.`;
    this.el.querySelector(".dlk-hint").textContent = hint;
    this.stage.setAttribute("aria-label", `${plot.title}. ${hint}`);
    this.stage.style.width = `${plot.width}px`;
    this.picture = URL.createObjectURL(new Blob([plot.picture], { type: "image/png" }));
    const image = this.el.querySelector("img");
    image.onload = () => this.el.scrollIntoView({ block: "nearest" });
    image.src = this.picture;
    this.use.onclick = () => this.#finish();
    this.cancel.onclick = () => this.done(null);
    for (const name of ["pointerdown", "pointermove", "pointerup", "keydown", "dblclick"]) {
      this.stage.addEventListener(name, (event) => this[name](event));
    }
    this.stage.focus({ preventScroll: true });
  }

  #at(event) {
    const box = this.svg.getBoundingClientRect();
    const { left, top, width, height } = this.plot.area;
    const within = (value, low, size) => Math.min(Math.max(value, low), low + size);
    return [
      within(((event.clientX - box.left) / box.width) * this.plot.width, left, width),
      within(((event.clientY - box.top) / box.height) * this.plot.height, top, height),
    ];
  }

  pointerdown(event) {
    if (event.button) return;
    event.preventDefault();
    this.stage.focus({ preventScroll: true });
    this.stage.setPointerCapture(event.pointerId);
    this.cursor = this.#at(event);
    this.isDragging = isTwoCornered(this.plot.kind);
    if (this.isDragging && this.corners.length !== 1) this.corners = [this.cursor];
    else this.#add();
    this.draw();
  }

  pointermove(event) {
    this.cursor = this.#at(event);
    this.draw();
  }

  pointerup(event) {
    if (!this.isDragging) return;
    this.isDragging = false;
    this.cursor = this.#at(event);
    const [first] = this.corners;
    const isDrag = Math.hypot(first[0] - this.cursor[0], first[1] - this.cursor[1]) > 3;
    if (isDrag && this.corners.length === 1) this.corners = [first, this.cursor];
    this.draw();
  }

  dblclick() {
    if (this.plot.kind === "polygon" && this.corners.length > 3) {
      this.corners.pop(); // the second click of the two
      this.#finish();
    }
  }

  keydown(event) {
    const step = event.shiftKey ? 10 : 1;
    const move = KEYS[event.key];
    if (move) {
      const { left, top, width, height } = this.plot.area;
      this.cursor = [
        Math.min(Math.max(this.cursor[0] + move[0] * step, left), left + width),
        Math.min(Math.max(this.cursor[1] + move[1] * step, top), top + height),
      ];
    } else if (event.key === "Escape") this.done(null);
    else if (event.key === " ") this.#add();
    else if (event.key === "Enter") this.#finish();
    else if (event.key === "Backspace") this.corners.pop();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  #add() {
    if (isTwoCornered(this.plot.kind) && this.corners.length === 2) this.corners = [];
    this.corners.push(this.cursor);
    if (this.plot.kind === "points" && this.corners.length === this.plot.count) this.#finish();
  }

  get isComplete() {
    const { kind, count } = this.plot;
    if (kind === "points") return count ? this.corners.length === count : this.corners.length > 0;
    if (kind === "polygon") return this.corners.length > 2;
    if (this.corners.length !== 2) return false;
    const [[x0, y0], [x1, y1]] = this.corners;
    return x0 !== x1 && (kind !== "rectangle" || y0 !== y1);
  }

  #finish() {
    if (this.isComplete) this.done(this.corners.map(([x, y]) => [this.x.value(x), this.y.value(y)]));
  }

  draw() {
    const isOpen = this.corners.length && !this.isComplete && isTwoCornered(this.plot.kind);
    const corners = isOpen ? [...this.corners, this.cursor] : this.corners;
    this.svg.replaceChildren(...this.#shape(corners), ...corners.map((corner) => this.#node("circle", "dlk-anchor", { cx: corner[0], cy: corner[1], r: 4 })), ...this.#cross());
    this.use.disabled = !this.isComplete;
    const [x, y] = this.cursor;
    this.values.textContent = `${this.plot.xname} = ${shown(this.x.value(x))}   ${this.plot.yname} = ${shown(this.y.value(y))}   ${this.#size(corners)}`;
  }

  #size(corners) {
    if (!isTwoCornered(this.plot.kind)) return corners.length ? `${corners.length} chosen` : "";
    if (corners.length < 2) return "";
    const [[x0, y0], [x1, y1]] = corners.map(([x, y]) => [this.x.value(x), this.y.value(y)]);
    if (this.plot.kind === "circle") return `radius = ${shown(Math.hypot(x1 - x0, y1 - y0))}`;
    const width = `width = ${shown(Math.abs(x1 - x0))}`;
    return this.plot.kind === "segment" ? width : `${width}   height = ${shown(Math.abs(y1 - y0))}`;
  }

  #shape(corners) {
    const both = (tag, facts) => ["dlk-halo", "dlk-shape"].map((name) => this.#node(tag, name, facts));
    if (this.plot.kind === "points" || corners.length < 2) return [];
    if (this.plot.kind === "polygon") return both("polygon", { points: corners.map((corner) => corner.join(",")).join(" ") });
    const [[x0, y0], [x1, y1]] = corners;
    if (this.plot.kind === "circle") return both("ellipse", this.#ellipse(corners));
    const { top, height } = this.plot.area;
    const [low, high] = this.plot.kind === "segment" ? [top, top + height] : [Math.min(y0, y1), Math.max(y0, y1)];
    return both("rect", { x: Math.min(x0, x1), y: low, width: Math.abs(x1 - x0), height: high - low });
  }

  // A circle of the plot's values, which the axes may stretch.
  #ellipse([[cx, cy], [x1, y1]]) {
    const [x, y] = [this.x.value(cx), this.y.value(cy)];
    const radius = Math.hypot(this.x.value(x1) - x, this.y.value(y1) - y);
    return { cx, cy, rx: Math.abs(this.x.pixel(x + radius) - cx), ry: Math.abs(this.y.pixel(y + radius) - cy) };
  }

  #cross() {
    const [x, y] = this.cursor;
    const { left, top, width, height } = this.plot.area;
    return [
      this.#node("line", "dlk-cursor", { x1: left, x2: left + width, y1: y, y2: y }),
      this.#node("line", "dlk-cursor", { x1: x, x2: x, y1: top, y2: top + height }),
    ];
  }

  #node(tag, name, facts) {
    const node = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries({ class: name, ...facts })) node.setAttribute(key, value);
    return node;
  }

  close() {
    URL.revokeObjectURL(this.picture);
    this.el.replaceChildren();
  }
}

const shown = (value) => String(Number(value.toPrecision(5)));

export default function ({ channel, el }) {
  el.className = "dlk-front dlk-picker";
  channel.expose({
    pick(plot) {
      return new Promise((resolve) => {
        const picker = new Picker(el, plot, (points) => {
          picker.close();
          resolve(points);
        });
        this.signal.addEventListener("abort", () => picker.close());
      });
    },
  });
}
