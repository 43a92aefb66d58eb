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

/** A picture that stays as it is. */
class Picture {
  constructor(stage, { picture, width, height, area, xlim, ylim, xscale, yscale }, onLoad) {
    Object.assign(this, { width, height, area });
    this.x = axisOf(xlim, [area.left, area.width], xscale);
    this.y = axisOf(ylim, [area.top + area.height, -area.height], yscale); // upwards
    this.url = URL.createObjectURL(new Blob([picture], { type: "image/png" }));
    stage.style.width = `${width}px`;
    const image = new Image();
    image.alt = "";
    image.onload = onLoad;
    image.src = this.url;
    stage.prepend(image);
  }

  close() {
    URL.revokeObjectURL(this.url);
  }
}

/** The interactive renderer's figure, which can be moved and zoomed while something is drawn on it. */
class Figure {
  static async shown(stage, model, id, onChange) {
    const figure = await model.widget_manager.get_model(id);
    const view = await model.widget_manager.create_view(figure);
    stage.prepend(view.el);
    const made = new Figure(view, figure.get("picture").panels[0]);
    await made.#drawn();
    made.plot.on("plotly_afterplot", onChange);
    made.plot.on("plotly_relayouting", onChange);
    return made;
  }

  constructor(view, panel) {
    Object.assign(this, { view, panel });
  }

  // The renderer draws when it has loaded plotly.
  async #drawn() {
    const isDrawn = () => this.view.el.querySelector(".datalab-figure[data-state]");
    await new Promise((resolve) => {
      const look = () => (isDrawn() ? resolve() : setTimeout(look, 20));
      look();
    });
    this.plot = isDrawn();
  }

  #axis(letter) {
    const { kind, size } = this.panel[letter];
    const axis = this.plot._fullLayout[`${letter}axis${this.panel.suffix}`];
    const [to, from] = kind === "log" ? [Math.log10, (value) => 10 ** value] : [(value) => value / size, (value) => value * size];
    return {
      start: axis._offset,
      length: axis._length,
      value: (pixel) => from(axis.p2l(pixel - axis._offset)),
      pixel: (value) => axis._offset + axis.l2p(to(value)),
    };
  }

  get x() {
    return this.#axis("x");
  }

  get y() {
    return this.#axis("y");
  }

  get area() {
    return { left: this.x.start, width: this.x.length, top: this.y.start, height: this.y.length };
  }

  get width() {
    return this.plot.clientWidth;
  }

  get height() {
    return this.plot.clientHeight;
  }

  /** Lay a drawing over the plot, which has a line of its own below it. */
  cover(svg) {
    const [over, under] = [this.plot, svg.parentElement].map((one) => one.getBoundingClientRect());
    const place = { left: over.left - under.left - svg.parentElement.clientLeft, top: over.top - under.top - svg.parentElement.clientTop, width: over.width, height: over.height };
    for (const [name, pixels] of Object.entries(place)) svg.style[name] = `${pixels}px`;
  }

  close() {
    this.view.remove();
  }
}

class Picker {
  corners = []; // in values of the axes: the plot may be zoomed
  cursor = null; // in pixels of the picture; in the middle until somebody moves it
  isDragging = false;

  constructor(el, plot, model, done) {
    Object.assign(this, { el, plot, done });
    this.#build();
    void this.#show(model);
  }

  async #show(model) {
    if (this.plot.figure) this.shown = await Figure.shown(this.stage, model, this.plot.figure, () => this.draw());
    else this.shown = new Picture(this.stage, this.plot, () => this.el.scrollIntoView({ block: "nearest" }));
    if (!this.el.contains(this.stage)) return this.shown.close(); // nobody waits any more
    for (const name of ["pointerdown", "pointermove", "pointerup", "keydown", "dblclick", "mousedown"]) {
      this.stage.addEventListener(name, (event) => this[name](event), { capture: true });
    }
    this.draw();
    this.stage.focus({ preventScroll: true });
    if (this.plot.figure) this.el.scrollIntoView({ block: "nearest" });
    return undefined;
  }

  #build() {
    this.el.innerHTML = `
      <div class="dlk-bar"><span class="dlk-hint"></span>
        <button class="dlk-main">Use it</button><button>Cancel</button></div>
      <div class="dlk-stage" tabindex="0" role="application" data-lm-suppress-shortcuts="true">
        <svg preserveAspectRatio="none"></svg></div>
      <div class="dlk-values" role="status"></div>`;
    this.stage = this.el.querySelector(".dlk-stage");
    this.svg = this.el.querySelector("svg");
    this.values = this.el.querySelector(".dlk-values");
    [this.use, this.cancel] = this.el.querySelectorAll("button");
    const { kind, title, figure } = this.plot;
    const count = this.plot.count ? ` (${this.plot.count})` : "";
    const keys = isTwoCornered(kind) ? "" : "; Backspace takes the last one back";
    const zoom = figure ? " Ctrl and the wheel zoom, Shift and the mouse move the plot." : "";
    const hint = `${HINTS[kind]}${count}. Or use the arrow keys and Space${keys}. Enter uses it, Esc cancels.${zoom}`;
    this.el.querySelector(".dlk-hint").textContent = hint;
    this.stage.setAttribute("aria-label", `${title}. ${hint}`);
    this.use.onclick = () => this.#finish();
    this.cancel.onclick = () => this.done(null);
  }

  /** Where an event is in the picture; with `isAsIs` also beside the axes. */
  #at(event, isAsIs = false) {
    const box = this.svg.getBoundingClientRect();
    const { left, top, width, height } = this.shown.area;
    const within = (value, low, size) => (isAsIs ? value : Math.min(Math.max(value, low), low + size));
    return [
      within(((event.clientX - box.left) / box.width) * this.shown.width, left, width),
      within(((event.clientY - box.top) / box.height) * this.shown.height, top, height),
    ];
  }

  get #place() {
    const { left, top, width, height } = this.shown.area;
    return this.cursor ?? [left + width / 2, top + height / 2];
  }

  #values([x, y]) {
    return [this.shown.x.value(x), this.shown.y.value(y)];
  }

  #pixels([x, y]) {
    return [this.shown.x.pixel(x), this.shown.y.pixel(y)];
  }

  /** What is the figure's own: its buttons, its axes, and what is done with Shift held. */
  #isFigures(event) {
    if (!this.plot.figure) return false;
    const [x, y] = this.#at(event, true);
    const { left, top, width, height } = this.shown.area;
    const isOnAxes = x >= left && x <= left + width && y >= top && y <= top + height;
    return event.shiftKey || !isOnAxes || event.target.closest(".modebar") !== null;
  }

  // By which plotly would zoom.
  mousedown(event) {
    if (!this.#isFigures(event)) event.stopPropagation();
  }

  pointerdown(event) {
    if (event.button || this.#isFigures(event)) return;
    event.preventDefault();
    event.stopPropagation();
    this.stage.focus({ preventScroll: true });
    this.stage.setPointerCapture(event.pointerId);
    this.cursor = this.#at(event);
    this.isDragging = isTwoCornered(this.plot.kind);
    if (this.isDragging && this.corners.length !== 1) this.corners = [this.#values(this.cursor)];
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
    const [first] = this.corners.map((corner) => this.#pixels(corner));
    const isDrag = Math.hypot(first[0] - this.cursor[0], first[1] - this.cursor[1]) > 3;
    if (isDrag && this.corners.length === 1) this.corners.push(this.#values(this.cursor));
    this.draw();
  }

  dblclick(event) {
    if (this.#isFigures(event)) return;
    event.stopPropagation();
    if (this.plot.kind === "polygon" && this.corners.length > 3) {
      this.corners.pop(); // the second click of the two
      this.#finish();
    }
  }

  keydown(event) {
    const step = event.shiftKey ? 10 : 1;
    const move = KEYS[event.key];
    if (move) {
      const { left, top, width, height } = this.shown.area;
      const [x, y] = this.#place;
      this.cursor = [
        Math.min(Math.max(x + move[0] * step, left), left + width),
        Math.min(Math.max(y + move[1] * step, top), top + height),
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
    this.corners.push(this.#values(this.#place));
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
    if (this.isComplete) this.done(this.corners);
  }

  draw() {
    if (!this.shown) return; // plotly's first drawing
    const isOpen = this.corners.length && !this.isComplete && isTwoCornered(this.plot.kind);
    const values = isOpen ? [...this.corners, this.#values(this.#place)] : this.corners;
    const corners = values.map((corner) => this.#pixels(corner));
    const { width, height } = this.shown;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    if (this.plot.figure) this.shown.cover(this.svg);
    const { left, top, width: across, height: down } = this.shown.area;
    const axes = this.#node("svg", "dlk-axes", { x: left, y: top, width: across, height: down, viewBox: `${left} ${top} ${across} ${down}` });
    axes.append(...this.#shape(corners), ...corners.map((corner) => this.#node("circle", "dlk-anchor", { cx: corner[0], cy: corner[1], r: 4 })), ...this.#cross());
    this.svg.replaceChildren(axes);
    this.use.disabled = !this.isComplete;
    const [x, y] = this.#values(this.#place);
    const { xname, yname } = this.plot;
    this.values.textContent = `${xname} = ${this.plot.is_time ? moment(x) : shown(x)}   ${yname} = ${shown(y)}   ${this.#size(values)}`;
  }

  #size(values) {
    if (!isTwoCornered(this.plot.kind)) return values.length ? `${values.length} chosen` : "";
    if (values.length < 2) return "";
    const [[x0, y0], [x1, y1]] = values;
    if (this.plot.kind === "circle") return `radius = ${shown(Math.hypot(x1 - x0, y1 - y0))}`;
    const width = `width = ${shown(Math.abs(x1 - x0))}${this.plot.is_time ? " s" : ""}`;
    return this.plot.kind === "segment" ? width : `${width}   height = ${shown(Math.abs(y1 - y0))}`;
  }

  #shape(corners) {
    const both = (tag, facts) => ["dlk-halo", "dlk-shape"].map((name) => this.#node(tag, name, facts));
    if (this.plot.kind === "points" || corners.length < 2) return [];
    if (this.plot.kind === "polygon") return both("polygon", { points: corners.map((corner) => corner.join(",")).join(" ") });
    const [[x0, y0], [x1, y1]] = corners;
    if (this.plot.kind === "circle") return both("ellipse", this.#ellipse(corners));
    const { top, height } = this.shown.area;
    const [low, high] = this.plot.kind === "segment" ? [top, top + height] : [Math.min(y0, y1), Math.max(y0, y1)];
    return both("rect", { x: Math.min(x0, x1), y: low, width: Math.abs(x1 - x0), height: high - low });
  }

  // A circle of the plot's values, which the axes may stretch.
  #ellipse([[cx, cy], edge]) {
    const [[x, y], [x1, y1]] = [this.#values([cx, cy]), this.#values(edge)];
    const radius = Math.hypot(x1 - x, y1 - y);
    const [right, top] = this.#pixels([x + radius, y + radius]);
    return { cx, cy, rx: Math.abs(right - cx), ry: Math.abs(top - cy) };
  }

  #cross() {
    const [x, y] = this.#place;
    const { left, top, width, height } = this.shown.area;
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
    this.shown?.close();
    this.el.replaceChildren();
  }
}

const shown = (value) => String(Number(value.toPrecision(5)));
const moment = (seconds) => new Date(seconds * 1000).toISOString().replace("T", " ").slice(0, -1);

export default {
  render({ channel, el, model }) {
    el.className = "dlk-front dlk-picker";
    channel.expose({
      pick(plot) {
        return new Promise((resolve) => {
          const picker = new Picker(el, plot, model, (points) => {
            picker.close();
            resolve(points);
          });
          this.signal.addEventListener("abort", () => picker.close());
        });
      },
    });
    channel.notify("shows");
  },
};
