import { Icon } from "./icons.js";
import { visible } from "./output.js";
import { bytes, duration, testVerdict } from "./words.js";
import { html } from "/assets/vendor/preact-10.29.8/preact.js";

// The record carries this much of each stream of a test.
const KEPT_BYTES = 8 * 1024;

function Stream({ title, text, size }) {
  if (size === 0) return null;
  return html`
    <p class="muted">${title}${size > KEPT_BYTES && `, the first ${bytes(KEPT_BYTES)} of ${bytes(size)}`}</p>
    <pre tabindex="0" role="region" aria-label=${title}>${visible(text)}</pre>`;
}

function Test({ test, open }) {
  const { tone, icon, title } = testVerdict(test);
  return html`
    <li>
      <details open=${open} data-test=${test.name} data-passed=${String(test.passed)}>
        <summary class="tone-${tone}">
          <span class="test-name">${visible(test.name)}</span>
          <span class="tag"><${Icon} name=${icon} />${title}</span>
          <span class="num muted">${duration(test.runtime_ms)}</span>
        </summary>
        <div class="test-body">
          <p>${test.detail}</p>
          <${Stream} title="Standard output" text=${test.output} size=${test.output_size} />
          <${Stream} title="Standard error" text=${test.error} size=${test.error_size} />
        </div>
      </details>
    </li>`;
}

/** Each test with how it ended; the first that did not pass is open. */
export function TestsPane({ record }) {
  const { tests, total, passed } = record;
  if (!total || tests.length === 0) return null;
  const firstFailure = tests.findIndex((test) => !test.passed);
  const left = total - tests.length;
  return html`
    <section class="pane tests" aria-label="Tests">
      <header>
        <h3>Tests</h3>
        <span class="muted">${passed} of ${total} passed</span>
      </header>
      <ol>${tests.map((test, index) => html`<${Test} key=${test.name} test=${test} open=${index === firstFailure} />`)}</ol>
      ${left > 0 && html`<p class="pane-empty">${left === 1 ? "1 test was" : `${left} tests were`} not run.</p>`}
    </section>`;
}
