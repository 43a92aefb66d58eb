// One line that says what a workspace holds, as it changes.

export default function ({ channel, el }) {
  el.className = "dlk-front dlk-status";
  el.innerHTML = `<div class="dlk-bar" role="status"><span class="dlk-dot"></span><span class="dlk-hint"></span></div>`;
  const [dot, text] = el.querySelectorAll("span");
  channel.expose({ show(line) { text.textContent = line; } });
  const off = (why) => {
    dot.classList.add("dlk-off");
    text.textContent += ` (${why})`;
  };
  channel.on("close", () => off("no longer followed"));
  void channel.call("line").then((line) => { text.textContent = line; }); // without waiting: the kernel may be busy
}
