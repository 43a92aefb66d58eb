// What the page's address says about a DataLab, told to the kernel in its worker, and taken out of the address.
((name) => {
  const KEYS = ["datalab_url", "datalab_token"];
  const STORE = "datalab-kernel-lite"; // for a kernel that is restarted: as long as this tab is open
  const parameters = (address) => [new URLSearchParams(address.hash.slice(1)), address.searchParams];
  const said = (text) => {
    const given = text ? parameters(new URL(text)) : [];
    const [url, token] = KEYS.map((key) => given.map((one) => one.get(key)).find((one) => one !== null));
    return url === undefined ? null : { datalab_url: url, datalab_token: token ?? "", opened: performance.timeOrigin };
  };
  const stored = JSON.parse(sessionStorage.getItem(STORE) ?? "null");
  const here = new URL(location.href);
  // As it was opened: JupyterLab rewrites the address, and drops what stands behind its "#".
  const opened = said(performance.getEntriesByType("navigation")[0]?.name);
  const isOfThisPage = stored?.opened === performance.timeOrigin;
  const found = said(here.href) ?? (isOfThisPage ? stored : opened) ?? stored;
  if (found) sessionStorage.setItem(STORE, JSON.stringify(found));
  const [inHash, inQuery] = parameters(here);
  if (KEYS.some((key) => inHash.has(key) || inQuery.has(key))) {
    for (const key of KEYS) [inHash, inQuery].forEach((one) => one.delete(key));
    here.hash = inHash.toString();
    history.replaceState(history.state, "", here);
  }
  const port = new BroadcastChannel(name);
  port.postMessage(JSON.stringify({ datalab_url: found?.datalab_url ?? "", datalab_token: found?.datalab_token ?? "" }));
  port.close();
})
