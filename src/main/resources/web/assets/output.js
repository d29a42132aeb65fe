import { outputLink } from "./api.js";
import { Icon } from "./icons.js";
import { bytes } from "./words.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "/assets/vendor/preact-10.29.8/preact.js";

// Control characters are made visible, so that a program cannot hide or fake what it wrote.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]|\r(?!\n)/g;
export const visible = (text) => text.replace(CONTROL, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0))).replace(/\r\n/g, "\n");
/** The same for a name, which has one line whatever is in it. */
export const visibleLine = (text) => visible(text.replace(/\r?\n/g, "\u240a"));

const NEAR_END_PX = 24;
const atEnd = (element) => element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;

/** Brings the element up to date with the stream: adds what is new, or everything after the view was cut. */
function draw(element, stream, drawn) {
  if (drawn.epoch !== stream.epoch) {
    element.textContent = visible(stream.text);
  } else if (drawn.length < stream.text.length) {
    element.append(visible(stream.text.slice(drawn.length)));
  }
  drawn.epoch = stream.epoch;
  drawn.length = stream.text.length;
}

function CopyButton({ text }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  if (!navigator.clipboard) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text());
    setCopied(true);
  };
  return html`
    <button type="button" class="quiet" onClick=${copy}>
      <${Icon} name=${copied ? "good" : "copy"} />${copied ? "Copied" : "Copy"}
    </button>`;
}

/** A text that is all there: what a compiler said, or the result that a program reported. */
export const TextPane = ({ title, text }) => html`
  <section class="pane" aria-label=${title}>
    <header><h3>${title}</h3></header>
    <pre tabindex="0" role="region" aria-label=${`${title}, text`}>${visible(text)}</pre>
  </section>`;

/** One output stream, as text only. It stays at its end while new text comes, unless the reader has scrolled up. */
export function OutputPane({ id, name, title, stream, truncated, version, empty }) {
  const pre = useRef(null);
  const drawn = useRef({ epoch: -1, length: 0 });
  const [following, setFollowing] = useState(true);

  useLayoutEffect(() => {
    const element = pre.current;
    const stay = following;
    draw(element, stream, drawn.current);
    if (stay) element.scrollTop = element.scrollHeight;
  }, [version, stream]);

  const toEnd = () => {
    pre.current.scrollTop = pre.current.scrollHeight;
    setFollowing(true);
  };
  const link = outputLink(id, name);

  return html`
    <section class="pane pane-${name}" aria-label=${title} data-stream=${name}>
      <header>
        <h3>${title}</h3>
        <span class="muted">${bytes(stream.end)}</span>
        ${truncated && html`<span class="tag tone-warn"><${Icon} name="warn" />cut at the limit</span>`}
        <span class="spacer"></span>
        ${!following && html`<button type="button" class="quiet" onClick=${toEnd}><${Icon} name="down" />Newest</button>`}
        ${stream.end > 0 && html`
          <${CopyButton} text=${() => stream.text} />
          <a class="button quiet" href=${link} target="_blank" rel="noopener" aria-label=${`Open all of ${title.toLowerCase()}`}>
            <${Icon} name="open" />Open
          </a>`}
      </header>
      ${stream.cut && html`
        <p class="pane-note">
          Showing the end of ${bytes(stream.end)}. <a href=${link} target="_blank" rel="noopener">Open all of it</a>
        </p>`}
      <pre ref=${pre} tabindex="0" role="region" aria-label=${`${title}, text`} onScroll=${() => setFollowing(atEnd(pre.current))}></pre>
      ${stream.end === 0 && html`<p class="pane-empty">${empty}</p>`}
    </section>`;
}
