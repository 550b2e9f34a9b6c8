"""Build the site into `_docs/` from the same files as `nbdev_docs`, with smalldocs in place of Quarto.

nbdev turns the notebooks into pages under `_proc/`; smalldocs renders them, or Quarto does (`--quarto`). In between, this
adds what both lack: the page of all names, that of versions, and badges of notebooks that run on Colab. For smalldocs it
adds nbdev's page names, links to names in backticks, cross-references and raw output, too, and puts KaTeX and the
pictures beside the pages. It fails on broken links, on pages that are too large, and on what another host would serve;
on formulas that need another host, since npm is not there, only if the site is to be published (`--publish`).
"""
import json, os, re, shutil, subprocess, sys, tempfile, warnings
from base64 import b64encode
from html import unescape
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urldefrag, urlparse

import reference
from nbdev import processors
from nbdev.config import get_config
from nbdev.doclinks import _build_modidx
from nbdev.quarto import refresh_quarto_yml
from nbdev.serve import proc_nbs
from sidebar import sections
from smalldocs import config, layout, markdown, notebook, site

cfg = get_config()
HOME = f"{cfg.doc_host}{cfg.doc_baseurl}/"
API = "#api:"  # marks a link that nbdev made from a name in backticks
KINDS = {"fig": "Figure", "tbl": "Table", "eq": "Equation", "sec": "Section"}
ACCEPTED = {"grid", "html-math-method", "output-file"}  # unknown to smalldocs, and seen to here or in styles.css
COLAB = f"https://colab.research.google.com/github/{cfg.user}/{cfg.repo}/blob/{cfg.branch}/{cfg.nbs_path.name}"
LARGEST = 500_000  # bytes of a page
NOISE = "Loading weights from local directory\n"  # printed by huggingface_hub


def process():
    "The notebooks as nbdev's pages, names documented in the order of their source, and the pages that come from no notebook."
    warnings.filterwarnings("ignore", module="fastcore.docscrape")  # a docstring that is not numpy's is none the worse
    cfg.d["renderer"] = "reference.Reference"
    in_cell = processors._def_names
    begin = processors.exec_show_docs.begin

    def begin_module(self):
        reference.Reference.module = reference.module_of(Path(self.nb.path_))
        begin(self)
    processors._def_names = lambda cell, shown: in_cell(cell, shown)[::-1]  # nbdev puts each at once behind the cell
    processors.exec_show_docs.begin = begin_module
    proc = proc_nbs(n_workers=0, force=True)
    notebooks = [cfg.nbs_path/name for names in sections().values() for name in names if name.endswith(".ipynb")]
    (proc/"api.qmd").write_text(reference.index(notebooks), encoding="utf-8")
    (proc/"versions.qmd").write_text(versions(), encoding="utf-8")
    for path in notebooks: badge(path, proc)
    return proc


def versions():
    "The page that says which version the site shows, and how to come to another."
    changes = (cfg.config_path/"CHANGELOG.md").read_text(encoding="utf-8").partition("\n")[2]
    return f"""---
title: Versions
description: Which one this site shows, how to come to another, and what changed
---

This site shows version {cfg.version}; what came after it is *unreleased* below. A release is a [tag]({cfg.git_url}/tags); the site of one is built from it:

```sh
git clone --branch TAG {cfg.git_url}
cd {cfg.repo}
make docs    # then open _docs/index.html
```
{changes}"""


def badge(path, proc):
    "A link to Colab on top of a notebook that installs the package there."
    if "/content" not in path.read_text(encoding="utf-8"): return
    name = path.relative_to(cfg.nbs_path)
    page = json.loads((proc/name).read_text(encoding="utf-8"))
    text = f"[![Open in Colab](/images/colab.svg)]({COLAB}/{name.as_posix()}){{.colab}}"
    page["cells"].insert(1, {"cell_type": "markdown", "id": "colab", "metadata": {}, "source": text})
    (proc/name).write_text(json.dumps(page), encoding="utf-8")


def local_links(body):
    "Make nbdev's links relative to the site, and take them out of code and of other links, where they would show as written."
    body = re.sub(re.escape(f"]({HOME}") + r"([^)#]+)#", rf"](/\1{API}", body)
    link = rf"\[(`[^`]+`)\]\([^)]*{API}[^)]*\)"
    body = re.sub(rf"\[([^\[\]]*){link}([^\[\]]*)\]\(", r"[\1\2\3](", body)
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
    if out.get("output_type") == "stream":
        out = out | dict(text="".join(out["text"]).replace(NOISE, ""))
        if not out["text"].strip(): return ""
    if (opts or {}).get("output") == "asis" and out.get("output_type") == "stream": return "".join(out["text"]) + "\n"
    return plain(out, opts, n)


def highlighted(code, lang, plain=markdown.highlight):
    "Code with one mark for neighbours of one kind and none for operators: that is a fifth of a page."
    html = re.sub(r'<span class="op">([^<]*)</span>', r"\1", plain(code, lang))
    while (shorter := re.sub(r'(<span class="(\w\w)">[^<]*)</span><span class="\2">', r"\1", html)) != html: html = shorter
    return html


class NotebookSite(site.Site):
    "A smalldocs site whose notebooks are named by nbdev's `output-file`, with pictures in files."
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.pictures = {}

    def read(self, src):
        page = super().read(src)
        page.out = page.src.parent/page.front.get("output-file", page.out.name)
        page.body = cross_references(local_links(page.body), lambda problem: self.warn(f"{src}: {problem}"))
        return page

    def find_page(self, target):
        return super().find_page(target) or next((p for p in self.pages.values() if p.out == target), None)

    def llms_copy(self, page):
        "Besides, keep which pictures smalldocs saves for it."
        text, files = super().llms_copy(page)
        self.pictures |= {b64encode(data).decode(): page.out.parent/name for name, data in files.items()}
        return text, files

    def write_llms_txt(self):
        "The pages by section, each with its subtitle."
        parts = [f"# {cfg.title}\n\n> {cfg.description}"]
        for title, names in sections().items():
            pages = [self.pages[PurePosixPath(name)] for name in names]
            lines = [f"- [{p.title}]({HOME}{p.out.with_suffix('.llms.md')}): {p.front['description']}" for p in pages]
            parts.append("\n".join([f"## {title}\n", *lines]))
        (self.out/"llms.txt").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def site_of(proc):
    "The site that `_proc/` makes, not built yet."
    config.HTML_OPTIONS.update(ACCEPTED)
    config.PAGE_KEYS.update(ACCEPTED)
    return NotebookSite(config.load(proc), quiet=True)


def render(proc):
    "Render `_proc/`, and return the site."
    notebook.output_html = output_html
    markdown.highlight = highlighted
    build = site_of(proc)
    print(f"{build.build()} pages")
    return build


def take_out(pictures, docs):
    "Let the pages show the pictures that lie beside them, instead of holding them."
    for path in docs.rglob("*.html"):
        def show(m): return f'"{os.path.relpath(docs/pictures[m[1]], path.parent)}"' if m[1] in pictures else m[0]
        html = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r'"data:image/[a-z+]+;base64,([^"]+)"', show, html), encoding="utf-8")


def mark_code(docs):
    "Set as code what stands in backticks in a caption or a cell of a table; smalldocs shows it as it is written."
    for path in docs.rglob("*.html"):
        def show(m): return re.sub(r"`([^`]+)`", r"<code>\1</code>", m[0])
        html = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"<(figcaption|td)\b[^>]*>.*?</\1>", show, html, flags=re.S), encoding="utf-8")


def work_offline(docs):
    "Put KaTeX beside the pages and drop the themes' web fonts; without npm, KaTeX stays on a CDN."
    for theme in docs.glob("site_libs/themes/*.css"):
        theme.write_text(re.sub(r"@import url\([^)]*\);?", "", theme.read_text(encoding="utf-8")), encoding="utf-8")
    version = re.search(r"katex@([\d.]+)", layout.KATEX)[1]
    with tempfile.TemporaryDirectory() as tmp:
        try: subprocess.run(["npm", "pack", "--silent", f"katex@{version}"], cwd=tmp, check=True, timeout=300, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError): return ["No KaTeX from npm: formulas need the network."]
        shutil.unpack_archive(next(Path(tmp).glob("*.tgz")), tmp)
        shutil.copytree(f"{tmp}/package/dist", docs/"site_libs/katex", ignore=shutil.ignore_patterns("*.md", "*.mjs", "*.ttf", "*.woff", "*swap*", "katex.js", "katex.css"))
    for path in docs.rglob("*.html"):
        up = "../" * (len(path.relative_to(docs).parts)-1)
        path.write_text(path.read_text(encoding="utf-8").replace(layout.KATEX, f"{up}site_libs/katex"), encoding="utf-8")
    return []


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


def check_pages(docs):
    "What pages lack or have too much of: size, title, icon, place in `llms.txt`, order of names, what other hosts serve."
    listed = (docs/"llms.txt").read_text(encoding="utf-8")
    for path in docs.rglob("*.html"):
        name = path.relative_to(docs)
        html = path.read_text(encoding="utf-8")
        if path.stat().st_size > LARGEST: yield f"{name}: {path.stat().st_size // 1000} KB, more than {LARGEST // 1000}"
        if not re.search(r"<title>[^<]+</title>", html): yield f"{name}: no title"
        if 'rel="icon"' not in html: yield f"{name}: no icon"
        if f"{HOME}{name.with_suffix('.llms.md').as_posix()})" not in listed: yield f"{name}: not in llms.txt"
        lines = [int(line) for line in re.findall(r'\.py#L(\d+)"[^>]*>source<', html)]
        if lines != sorted(lines): yield f"{name}: names are not in the order of their source"
        for served in re.findall(r'<(?:script|img|iframe|link rel="stylesheet")[^>]*(?:src|href)="((?:https?:)?//[^"]+)', html):
            if not served.startswith(layout.KATEX): yield f"{name}: {served} is on another host"  # for that, see work_offline


def by_smalldocs(proc):
    "The site in `_docs/`, and what is wrong with it."
    build = render(proc)
    docs = cfg.doc_path
    shutil.rmtree(docs, ignore_errors=True)
    shutil.move(proc/docs.name, docs)
    (docs/".nojekyll").touch()
    take_out(build.pictures, docs)
    mark_code(docs)
    online = work_offline(docs)
    if "--publish" not in sys.argv:
        print(*online)
        online = []
    warnings = [w for w in build.warnings if ": broken link " not in w]  # check_links finds these, and more
    return [*online, *warnings, *check_links(docs), *check_pages(docs)]


def check_quarto(docs, names):
    "What Quarto left out of the site, or could not resolve."
    for name in names:
        page = docs/name
        html = page.read_text(encoding="utf-8") if page.exists() else ""
        if not re.search(r"<title>[^<]+</title>", html): yield f"{name}: no page, or no title"
        for label in re.findall(r"\?@((?:fig|tbl|eq|sec)-[\w-]+)", html): yield f"{name}: nothing is labelled {label}"


def by_quarto(proc):
    "The same pages by Quarto, in `_proc/_docs/`, and what is wrong with them."
    subprocess.run(["quarto", "render", proc, "--no-execute"], check=True, env=dict(os.environ, QUARTO_PYTHON=sys.executable))
    build = site_of(proc)
    return list(check_quarto(proc/cfg.doc_path.name, [build.read(page).out for page in build.discover()]))


def main():
    refresh_quarto_yml()
    _build_modidx()
    problems = (by_quarto if "--quarto" in sys.argv else by_smalldocs)(process())
    if problems: sys.exit("\n".join(dict.fromkeys(problems)))
    print("The site is built.")


if __name__ == "__main__": main()
