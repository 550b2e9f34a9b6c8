"""Build the site into `_docs/` from the same files as `nbdev_docs`, with smalldocs in place of Quarto.

nbdev turns the notebooks into pages under `_proc/`; smalldocs renders them. In between, this adds what smalldocs
leaves out: nbdev's page names, links to names in backticks, cross-references, raw output, and KaTeX beside the pages.
"""
import re, shutil, subprocess, sys, tempfile
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

from nbdev.config import get_config
from nbdev.doclinks import _build_modidx
from nbdev.quarto import refresh_quarto_yml
from nbdev.serve import proc_nbs
from smalldocs import config, layout, notebook, site

cfg = get_config()
HOME = f"{cfg.doc_host}{cfg.doc_baseurl}/"
API = "#api:"  # marks a link that nbdev made from a name in backticks
KINDS = {"fig": "Figure", "tbl": "Table", "eq": "Equation", "sec": "Section"}
ACCEPTED = {"grid", "html-math-method", "output-file"}  # unknown to smalldocs, and seen to here or in styles.css


def local_links(body):
    "Make nbdev's links relative to the site, and take them out of code, where they would show as they are written."
    body = re.sub(re.escape(f"]({HOME}") + r"([^)#]+)#", rf"](/\1{API}", body)
    link = rf"\[(`[^`]+`)\]\([^)]*{API}[^)]*\)"
    return re.sub(r"^(```+).*?^\1", lambda m: re.sub(link, r"\1", m[0]), body, flags=re.M | re.S)


def cross_references(body, warn):
    "Number what is labelled `#fig-`, `#tbl-`, `#eq-` or `#sec-`, write the number there, and link to it from `@fig-`."
    body = re.sub(r"\$\$\s*\{#(eq-[\w-]+)\}", r"\\tag{@\1}$$ {#\1}", body)
    text = {}
    for kind, label in re.findall(r"#((?:fig|tbl|eq|sec))-([\w-]+)[^}\n]*\}", body):
        text.setdefault(f"{kind}-{label}", 1 + sum(k.startswith(f"{kind}-") for k in text))
    name = lambda ref: f"{KINDS[ref.split('-')[0]]} {text[ref]}"
    body = re.sub(r"\\tag\{@([\w-]+)\}", lambda m: rf"\tag{{{text[m[1]]}}}", body)
    body = re.sub(r"\$\$([^$]+)\$\$ \{#(eq-[\w-]+)\}", r"::: {#\2}\n$$\1$$\n:::", body)
    body = re.sub(r"!\[([^\]]*)(\]\([^)]*\)\{#(fig-[\w-]+))", lambda m: f"![{name(m[3])}: {m[1]}{m[2]}", body)
    body = re.sub(r"(\{\.cell #((?:fig|tbl)-[\w-]+)\}(?:(?!^:::$).)*?<(?:fig)?caption>)", lambda m: f"{m[1]}{name(m[2])}: ", body, flags=re.M | re.S)

    def link(m):
        if m[1] in text: return f"[{name(m[1])}](#{m[1]})"
        warn(f"nothing is labelled {m[1]}")
        return m[0]
    return re.sub(r"(?<![\w`@])@((?:fig|tbl|eq|sec)-[\w-]*\w)", link, body)


def output_html(out, opts=None, n=0, plain=notebook.output_html):
    "Printed text of a cell marked `output: asis` is Markdown, not a listing; a progress bar's widget is nothing."
    if "application/vnd.jupyter.widget-view+json" in out.get("data", {}): return ""
    if (opts or {}).get("output") == "asis" and out.get("output_type") == "stream": return "".join(out["text"]) + "\n"
    return plain(out, opts, n)


class NotebookSite(site.Site):
    "A smalldocs site whose notebooks are named by nbdev's `output-file`."
    def read(self, src):
        page = super().read(src)
        page.out = page.src.parent/page.front.get("output-file", page.out.name)
        page.body = cross_references(local_links(page.body), lambda problem: self.warn(f"{src}: {problem}"))
        return page

    def find_page(self, target):
        return super().find_page(target) or next((p for p in self.pages.values() if p.out == target), None)


def render(proc):
    "Render `_proc/` and return what smalldocs had to say."
    notebook.output_html = output_html
    config.HTML_OPTIONS.update(ACCEPTED)
    config.PAGE_KEYS.update(ACCEPTED)
    build = NotebookSite(config.load(proc), quiet=True)
    print(f"{build.build()} pages")
    return [w for w in build.warnings if ": broken link " not in w]  # check_links finds these, and more


def work_offline(docs):
    "Put KaTeX beside the pages and drop the themes' web fonts; without npm, KaTeX stays on a CDN."
    for theme in docs.glob("site_libs/themes/*.css"):
        theme.write_text(re.sub(r"@import url\([^)]*\);?", "", theme.read_text(encoding="utf-8")), encoding="utf-8")
    version = re.search(r"katex@([\d.]+)", layout.KATEX)[1]
    with tempfile.TemporaryDirectory() as tmp:
        try: subprocess.run(["npm", "pack", "--silent", f"katex@{version}"], cwd=tmp, check=True, timeout=300, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError): return print("No KaTeX from npm: formulas will need the network.")
        shutil.unpack_archive(next(Path(tmp).glob("*.tgz")), tmp)
        shutil.copytree(f"{tmp}/package/dist", docs/"site_libs/katex", ignore=shutil.ignore_patterns("*.md", "*.mjs", "*.ttf", "*.woff", "*swap*", "katex.js", "katex.css"))
    for path in docs.rglob("*.html"):
        up = "../" * (len(path.relative_to(docs).parts)-1)
        path.write_text(path.read_text(encoding="utf-8").replace(layout.KATEX, f"{up}site_libs/katex"), encoding="utf-8")


def nearest(fragment, ids):
    "The anchor of a documented name: its own, or that of the class it belongs to."
    while fragment and fragment not in ids: fragment = fragment.rpartition(".")[0]
    return f"#{fragment}" if fragment else ""


def check_links(docs):
    "Settle the links made from backticks, and return every other link to a missing file or anchor."
    pages = {p: p.read_text(encoding="utf-8") for p in docs.rglob("*.html")}
    ids = {p: set(map(unescape, re.findall(r'\sid="([^"]+)"', html))) for p, html in pages.items()}
    broken = []
    for path, html in pages.items():
        def settle(m):
            href = unescape(m[2])
            if urlparse(href).scheme or href.startswith("//"): return m[0]
            file, fragment = urldefrag(href)
            target = (path.parent/unquote(urlparse(file).path)).resolve() if file else path
            if target.is_dir(): target = target/"index.html"
            if fragment.startswith(API[1:]): return f'{m[1]}="{file}{nearest(fragment[len(API)-1:], ids.get(target, ()))}"'
            if not target.exists() or fragment and target in ids and unquote(fragment) not in ids[target]: broken.append(f"{path.relative_to(docs)}: broken link {href}")
            return m[0]
        path.write_text(re.sub(r'\b(href|src)="([^"]*)"', settle, html), encoding="utf-8")
    return broken


def main():
    refresh_quarto_yml()
    _build_modidx()
    proc = proc_nbs(n_workers=0, force=True)
    problems = render(proc)
    docs = cfg.doc_path
    shutil.rmtree(docs, ignore_errors=True)
    shutil.move(proc/docs.name, docs)
    (docs/".nojekyll").touch()
    work_offline(docs)
    problems += check_links(docs)
    if problems: sys.exit("\n".join(dict.fromkeys(problems)))
    print(f"The site is in {docs.name}/: open {docs.name}/index.html")


if __name__ == "__main__": main()
