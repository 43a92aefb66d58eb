// What the page's address says about a DataLab, told to the kernel in its worker, and taken out of the address.
((name) => {
  const KEYS = ["datalab_url", "datalab_token"];
  const STORE = "datalab-kernel-lite"; // for a kernel that is restarted: as long as this tab is open
  const parameters = (address) => [new URLSearchParams(address.hash.slice(1)), address.searchParams];
  const found = JSON.parse(sessionStorage.getItem(STORE) ?? "{}");
  // As it was opened: JupyterLab rewrites it, and drops what stands behind its "#".
  const [opened] = performance.getEntriesByType("navigation");
  for (const text of [opened?.name ?? "", location.href].filter(Boolean)) {
    const given = parameters(new URL(text));
    for (const key of KEYS) {
      const value = given.map((one) => one.get(key)).find((one) => one !== null);
      if (value !== undefined) found[key] ??= value;
    }
  }
  sessionStorage.setItem(STORE, JSON.stringify(found));
  const here = new URL(location.href);
  const [inHash, inQuery] = parameters(here);
  if (KEYS.some((key) => inHash.has(key) || inQuery.has(key))) {
    for (const key of KEYS) [inHash, inQuery].forEach((one) => one.delete(key));
    here.hash = inHash.toString();
    history.replaceState(history.state, "", here);
  }
  const port = new BroadcastChannel(name);
  port.postMessage(JSON.stringify(found));
  port.close();
})
