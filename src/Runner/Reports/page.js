const el = id => document.getElementById(id);
const svgTags = new Set(["svg", "path", "line", "text", "circle", "rect", "g"]);
const make = (tag, attributes = {}, ...children) => {
  const node = svgTags.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) node.setAttribute(k, v);
  node.append(...children);
  return node;
};
