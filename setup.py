"""The package's metadata, all of it read from `settings.ini`."""
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

here = Path(__file__).parent
config = ConfigParser(delimiters=["="])
config.read(here/"settings.ini", encoding="utf-8")
cfg = config["DEFAULT"]
EXTRA = "_requirements"   # `dev_requirements` are those of the extra `dev`, and so on
extras = {name.removesuffix(EXTRA): names.split() for name, names in cfg.items() if name.endswith(EXTRA)}


class BuildWithStubs(build_py):
    "A built package brings stubs, in which methods that `@patch` adds stand in their classes, for type checkers."
    def run(self):
        super().run()
        if self.editable_mode: return   # the sources themselves are used
        subprocess.run([sys.executable, str(here/"tools"/"annotations.py"), "--stubs", self.build_lib], check=True)


setup(
    name=cfg["lib_name"],
    version=cfg["version"],
    description=cfg["description"],
    long_description=(here/"README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author=cfg["author"],
    author_email=cfg["author_email"],
    license="Apache-2.0",
    keywords=cfg["keywords"].split(),
    url=cfg["git_url"],
    project_urls={
        "Documentation": cfg["doc_host"] + cfg["doc_baseurl"],
        "Changes": f"{cfg['git_url']}/blob/{cfg['branch']}/CHANGELOG.md",
        "Issues": f"{cfg['git_url']}/issues",
    },
    classifiers=[
        "Development Status :: 3 - Alpha",
        f"Intended Audience :: {cfg['audience']}",
        f"Natural Language :: {cfg['language']}",
        "Operating System :: POSIX",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Typing :: Typed",
    ],
    packages=[cfg["lib_path"], f'{cfg["lib_path"]}.studies'],
    cmdclass={"build_py": BuildWithStubs},
    package_data={cfg["lib_path"]: ["py.typed", "artefacts/*/*"]},
    include_package_data=True,
    zip_safe=False,
    python_requires=f">={cfg['min_python']}",
    install_requires=cfg["requirements"].split(),
    extras_require=extras,
    entry_points={
        "console_scripts": cfg["console_scripts"].split(),
        "nbdev": [f"{cfg['lib_path']}={cfg['lib_path']}._modidx:d"],
    },
)
