import { artifactLink } from "./api.js";
import { Icon } from "./icons.js";
import { visibleLine } from "./output.js";
import { bytes } from "./words.js";
import { html } from "/assets/vendor/preact-10.29.8/preact.js";

const count = (files) => `${files.length} ${files.length === 1 ? "file" : "files"}`;
const total = (files) => bytes(files.reduce((sum, { size }) => sum + size, 0));

/** The files that the program left and that were asked for, each to be downloaded. */
export function ArtifactsPane({ record }) {
  const files = record.artifacts;
  if (files.length === 0) return null;
  return html`
    <section class="pane files" aria-label="Artifacts">
      <header><h3>Artifacts</h3><span class="muted">${count(files)}, ${total(files)}</span></header>
      <ul>${files.map(({ path, size }) => html`
        <li key=${path}>
          <a href=${artifactLink(record.eval_id, path)} download aria-label=${`Download ${path}`}>
            <${Icon} name="keep" /><span class="file-path">${visibleLine(path)}</span>
          </a>
          <span class="num muted">${bytes(size)}</span>
        </li>`)}
      </ul>
    </section>`;
}

/** The files that came with the submission, by name. */
export function SourceFiles({ record }) {
  const { files, entrypoint } = record;
  if (files.length === 0) return null;
  return html`
    <details class="code files">
      <summary>Files <span class="muted">${count(files)}, ${total(files)}</span></summary>
      <ul>${files.map(({ path, size }) => html`
        <li key=${path}>
          <span class="file-path">${visibleLine(path)}</span>
          ${path === entrypoint && html`<span class="tag tone-idle">the program</span>`}
          <span class="num muted">${bytes(size)}</span>
        </li>`)}
      </ul>
    </details>`;
}
