"use strict";
// Hides what the reader does not look for, and says how much is left. Without it all is shown.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const texts = all("details");

  // Paper cannot be unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = texts.filter((each) => !each.open);
    folded.forEach((each) => (each.open = true));
  });
  addEventListener("afterprint", () => folded.forEach((each) => (each.open = false)));

  const bar = document.getElementById("filters");
  if (!bar) return;
  const said = document.getElementById("shown");
  const search = document.getElementById("text");
  const calm = document.getElementById("calm");
  const boxes = all("fieldset input", bar);
  // Where nothing was found there is no severity to choose.
  const judged = boxes.some((box) => box.name === "risk");
  const first = new Map(all("input", bar).map((box) => [box, box.checked]));

  const lower = (node) => (node ? node.textContent.toLowerCase() : "");
  const words = (text) => (text || "").split(" ").filter(Boolean);

  // Number of an agent → its rows and sections, and the fields in them.
  const agents = new Map();
  for (const node of all("[data-agent]")) {
    const { agent, risk, origins } = node.dataset;
    const known = agents.get(agent) || { nodes: [], fields: [], calm: false, origins: [] };
    known.nodes.push(node);
    known.risks = words(risk);
    known.calm = known.calm || "calm" in node.dataset;
    known.name = known.name || lower(node.querySelector("[data-name]"));
    known.origins = known.origins.concat(words(origins));
    for (const field of all("[data-origin]", node)) {
      const pointer = lower(field.querySelector("[data-pointer]"));
      known.fields.push({ node: field, origin: field.dataset.origin, pointer });
    }
    agents.set(agent, known);
  }
  const findings = all("[data-finding]").map((node) => ({
    node,
    risk: node.dataset.finding,
    origin: node.dataset.origin,
    text: `${lower(node.querySelector("[data-name]"))} ${lower(node.querySelector("[data-pointer]"))}`,
  }));
  const frames = all("table.values").map((table) => table.parentElement);

  const chosen = (name) => new Set(boxes.filter((it) => it.name === name && it.checked).map((it) => it.value));
  const show = (node, visible) => {
    node.hidden = !visible;
    return visible;
  };
  const count = (name, shown, every) => (every ? [`${shown} of ${every} ${name}`] : []);

  const showAgent = (agent, origins, risks, wanted) => {
    const named = agent.name.includes(wanted);
    let shown = 0;
    for (const field of agent.fields) {
      const fits = origins.has(field.origin) && (named || field.pointer.includes(wanted));
      shown += show(field.node, fits);
    }
    const byOrigin = !agent.origins.length || agent.origins.some((origin) => origins.has(origin));
    const fits = agent.fields.length ? shown > 0 : named && byOrigin;
    const risky = !judged || agent.risks.some((risk) => risks.has(risk));
    const visible = fits && risky && (calm.checked || !agent.calm);
    agent.nodes.forEach((node) => show(node, visible));
    return visible ? [1, shown] : [0, 0];
  };

  const update = () => {
    const origins = chosen("origin");
    const risks = chosen("risk");
    const wanted = search.value.trim().toLowerCase();
    let [seen, fields, every] = [0, 0, 0];
    for (const agent of agents.values()) {
      const [one, some] = showAgent(agent, origins, risks, wanted);
      seen += one;
      fields += some;
      every += agent.fields.length;
    }
    frames.forEach((frame) => show(frame, frame.querySelector("tbody tr:not([hidden])")));
    const found = findings.filter(({ node, risk, origin, text }) =>
      show(node, risks.has(risk) && (!origin || origins.has(origin)) && text.includes(wanted)),
    );
    said.textContent = `Shown: ${[
      ...count("agents", seen, agents.size),
      ...count("fields", fields, every),
      ...count("findings", found.length, findings.length),
    ].join(", ")}`;
  };

  const reset = () => {
    first.forEach((checked, box) => (box.checked = checked));
    search.value = "";
    update();
  };

  bar.addEventListener("input", update);
  document.getElementById("reset").addEventListener("click", reset);
  for (const [name, open] of [["unfold", true], ["fold", false]]) {
    const button = document.getElementById(name);
    button.addEventListener("click", () => texts.forEach((each) => (each.open = open)));
    button.hidden = !texts.length;
  }
  bar.hidden = false;
  reset();
})();
