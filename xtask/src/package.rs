//! `cargo xtask package`: Debian packages and the wheel, and the proof that they install.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::run::{cargo, output, root, run, target};
use crate::{bundle, packages, wheel};

/// The Debian release whose clean root packages are tried in.
const SUITE: &str = "bookworm";
const MAINTAINER: &str = "The Patchveil maintainers <maintainers@patchveil.invalid>";

/// What to package.
#[derive(Args)]
pub(crate) struct PackageArgs {
    /// Leave the plug-in and the standalone out: the command and the wheel alone
    #[arg(long)]
    no_plug_in: bool,
    /// Leave the wheel out: the Debian packages alone
    #[arg(long)]
    no_wheel: bool,
    /// Install them in a clean Debian, and use them there; needs root and a Debian mirror
    #[arg(long = "try")]
    tried: bool,
}

/// One Debian package.
struct Package {
    name: &'static str,
    summary: &'static str,
    /// What is said below the summary.
    text: &'static str,
    /// Programs and libraries, whose own libraries the package depends on, by where they go.
    binaries: Vec<(PathBuf, &'static str)>,
    /// Packages with what is loaded only when it is used.
    recommends: &'static [&'static str],
}

/// Completions of the command by shell, and where Debian's shells look for them.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "usr/share/bash-completion/completions/patchveil"),
    ("zsh", "usr/share/zsh/vendor-completions/_patchveil"),
    ("fish", "usr/share/fish/vendor_completions.d/patchveil.fish"),
];

/// What the window and JACK are loaded from at run time.
const RUN_TIME: &[&str] = &[
    "libgl1",
    "libegl1",
    "libx11-6",
    "libx11-xcb1",
    "libxcursor1",
    "libxi6",
    "libxrandr2",
    "libxkbcommon0",
    "libxkbcommon-x11-0",
    "libwayland-client0",
    "libjack-jackd2-0 | pipewire-jack",
];

/// Builds `.deb` packages and the wheel into `target/packages`.
pub(crate) fn package(args: &PackageArgs) -> Result<(), String> {
    packages::install(&["dpkg-dev"])?;
    let out = target().join("packages");
    bundle::remove(&out)?;
    fs::create_dir_all(&out).map_err(|error| failed(&out, &error))?;
    let release = ["--release", "--locked"];
    if args.no_plug_in {
        run(cargo(&["build", "--package", "patchveil"]).args(release))?;
    } else {
        bundle::bundle_with(&["patchveil"], &release.map(str::to_owned))?;
    }
    let command = command();
    write_shell_files(&out.join(command.name))?;
    let mut made = vec![command.build(&out)?];
    if !args.no_plug_in {
        made.push(plug_in().build(&out)?);
    }
    if !args.no_wheel {
        let wheel = wheel::wheel()?;
        let copy = out.join(wheel.file_name().unwrap_or_default());
        bundle::copy(&wheel, &copy)?;
        made.push(copy);
    }
    for file in &made {
        println!("{}", file.display());
    }
    if args.tried {
        try_cargo_install()?;
        return try_out(&made, !args.no_wheel);
    }
    Ok(())
}

fn command() -> Package {
    Package {
        name: "patchveil",
        summary: "marks recordings inaudibly with a secret key",
        text: "Finds the mark again, takes it off, and traces it in what models make.",
        binaries: vec![(target().join("release").join("patchveil"), "usr/bin/patchveil")],
        recommends: &[],
    }
}

/// Writes the command's manual pages and completions, which it makes itself, into the package's tree.
fn write_shell_files(tree: &Path) -> Result<(), String> {
    let program = target().join("release").join("patchveil");
    let pages = tree.join("usr/share/man/man1");
    make_parent(&pages)?;
    output(Command::new(&program).arg("man").arg(&pages))?;
    let listed = fs::read_dir(&pages).map_err(|error| failed(&pages, &error))?;
    let written = listed.filter_map(|entry| Some(entry.ok()?.path()));
    // As Debian wants them: without time and name, so that the same pages give the same bytes.
    run(Command::new("gzip").args(["--best", "--no-name"]).args(written))?;
    for (shell, to) in COMPLETIONS {
        let script = output(Command::new(&program).args(["completions", shell]))?;
        let to = tree.join(to);
        make_parent(&to)?;
        fs::write(&to, script).map_err(|error| failed(&to, &error))?;
    }
    Ok(())
}

fn plug_in() -> Package {
    let bundled = target().join("bundled");
    Package {
        name: "patchveil-plugin",
        summary: "Patchveil as VST3 and CLAP plug-in and as a standalone",
        text: "Marks recordings inaudibly with a secret key, in a host or without one.",
        binaries: vec![
            (bundled.join("Patchveil.clap"), "usr/lib/clap/Patchveil.clap"),
            (bundled.join("Patchveil.vst3"), "usr/lib/vst3/Patchveil.vst3"),
            (bundle::presets(), "usr/share/vst3/presets/Patchveil/Patchveil"),
            (target().join("release").join("patchveil_plugin"), "usr/bin/patchveil-standalone"),
        ],
        recommends: RUN_TIME,
    }
}

impl Package {
    /// Builds the package into `out`; gives its path.
    fn build(&self, out: &Path) -> Result<PathBuf, String> {
        let tree = out.join(self.name);
        for (from, to) in &self.binaries {
            let to = tree.join(to);
            make_parent(&to)?;
            bundle::copy(from, &to)?;
        }
        write_docs(self.name, &tree.join("usr/share/doc").join(self.name))?;
        let (version, system) = (env!("CARGO_PKG_VERSION"), architecture()?);
        let Self { name, summary, text, recommends, .. } = self;
        let recommends = match recommends {
            [] => String::new(),
            packages => format!("Recommends: {}\n", packages.join(", ")),
        };
        let control = format!(
            "Package: {name}\nVersion: {version}\nArchitecture: {system}\nMaintainer: {MAINTAINER}\nDepends: \
             {}\n{recommends}Section: sound\nPriority: optional\nDescription: {summary}\n {text}\n",
            self.dependencies(&tree)?
        );
        let at = tree.join("DEBIAN").join("control");
        make_parent(&at)?;
        fs::write(&at, control).map_err(|error| failed(&at, &error))?;
        let made = out.join(format!("{name}_{version}_{system}.deb"));
        run(Command::new("dpkg-deb")
            .args(["--root-owner-group", "--build"])
            .arg(&tree)
            .arg(&made))?;
        bundle::remove(&tree)?;
        Ok(made)
    }

    /// The packages with the libraries that the binaries need.
    fn dependencies(&self, tree: &Path) -> Result<String, String> {
        // The tool wants to be asked from a source package.
        let source = tree.with_extension("source");
        let control = source.join("debian").join("control");
        make_parent(&control)?;
        let text = format!("Source: {0}\n\nPackage: {0}\nArchitecture: any\n", self.name);
        fs::write(&control, text).map_err(|error| failed(&control, &error))?;
        let mut ask = Command::new("dpkg-shlibdeps");
        ask.arg("-O").current_dir(&source);
        for (_, to) in &self.binaries {
            for entry in walkdir::WalkDir::new(tree.join(to)) {
                let entry = entry.map_err(|error| error.to_string())?;
                let is_program =
                    fs::read(entry.path()).is_ok_and(|bytes| bytes.starts_with(b"\x7fELF"));
                if is_program {
                    ask.arg("-e").arg(entry.path());
                }
            }
        }
        let said = output(&mut ask)?;
        bundle::remove(&source)?;
        let line = said.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
        line.map(str::to_owned).ok_or_else(|| format!("dpkg-shlibdeps says no libraries: {said}"))
    }
}

/// Writes what Debian wants beside every package: its licence, and what changed in the form that its tools read.
fn write_docs(package: &str, folder: &Path) -> Result<(), String> {
    let write = |name: &str, text: String| {
        let at = folder.join(name);
        make_parent(&at)?;
        fs::write(&at, text).map_err(|error| failed(&at, &error))
    };
    let read = |name: &str| {
        let at = root().join(name);
        fs::read_to_string(&at).map_err(|error| failed(&at, &error))
    };
    write("CHANGELOG.md", read("CHANGELOG.md")?)?;
    let choice = "Patchveil is under the MIT licence, which follows, or under the Apache License 2.0, which is in\n\
                  /usr/share/common-licenses/Apache-2.0, at your choice.\n\n";
    write("copyright", choice.to_owned() + &read("LICENSE-MIT")?)?;
    // The commit's time and not today's: the same sources give the same package.
    let dated =
        output(Command::new("git").args(["log", "-1", "--format=%aD"]).current_dir(root()))?;
    let (version, date) = (env!("CARGO_PKG_VERSION"), dated.trim());
    let entry = format!(
        "{package} ({version}) unstable; urgency=medium\n\n  * What users notice is listed in CHANGELOG.md.\n\n -- \
         {MAINTAINER}  {date}\n"
    );
    write("changelog", entry)?;
    run(Command::new("gzip").args(["--best", "--no-name"]).arg(folder.join("changelog")))
}

/// Installs the packages in a new Debian without anything else, and uses them there.
fn try_out(packages: &[PathBuf], with_wheel: bool) -> Result<(), String> {
    crate::packages::install(&["debootstrap"])?;
    let clean = target().join("clean-root");
    bundle::remove(&clean)?;
    let with = "--include=python3-venv,ca-certificates";
    run(Command::new("debootstrap").args(["--variant=minbase", with, SUITE]).arg(&clean))?;
    // How this machine reaches the mirror.
    for file in ["etc/resolv.conf", "etc/apt/apt.conf.d"] {
        bundle::copy(&Path::new("/").join(file), &clean.join(file))?;
    }
    let inside = clean.join("packages");
    fs::create_dir_all(&inside).map_err(|error| failed(&inside, &error))?;
    for file in packages {
        bundle::copy(file, &inside.join(file.file_name().unwrap_or_default()))?;
    }
    bundle::copy(&root().join("assets/demo.wav"), &clean.join("root/demo.wav"))?;
    if with_wheel {
        fetch_numpy(&inside)?;
    }
    let script = clean.join("root/try.sh");
    fs::write(&script, include_str!("../try-packages.sh"))
        .map_err(|error| failed(&script, &error))?;
    run(Command::new("chroot").arg(&clean).args(["/bin/sh", "/root/try.sh"]))?;
    bundle::remove(&clean)
}

/// Fetches into `folder` what the wheel needs: a clean root knows nothing of this machine's ways to PyPI.
fn fetch_numpy(folder: &Path) -> Result<(), String> {
    let numpy =
        ["download", "--quiet", "--only-binary", ":all:", "--python-version", "3.11", "numpy"];
    run(Command::new("python3").args(["-m", "pip"]).args(numpy).arg("--dest").arg(folder))
}

/// Installs the command from its sources as users do, and uses it with an empty home and without this shell's
/// variables.
fn try_cargo_install() -> Result<(), String> {
    let folder = target().join("cargo-installed");
    bundle::remove(&folder)?;
    run(cargo(&["install", "--locked", "--path", "crates/cli", "--root"]).arg(&folder))?;
    let home = folder.join("home");
    fs::create_dir_all(&home).map_err(|error| failed(&home, &error))?;
    let patchveil = |args: &[&str]| {
        let mut command = Command::new(folder.join("bin").join("patchveil"));
        output(command.args(args).env_clear().env("HOME", &home).current_dir(&home))
    };
    patchveil(&["man", "man1"])?;
    if !home.join("man1").join("patchveil-protect.1").is_file() {
        return Err("patchveil man wrote no page".to_owned());
    }
    for (shell, _) in COMPLETIONS {
        patchveil(&["completions", shell])?;
    }
    bundle::copy(&root().join("assets/demo.wav"), &home.join("demo.wav"))?;
    patchveil(&["key", "new", "show"])?;
    patchveil(&["protect", "demo.wav", "--key", "show"])?;
    patchveil(&["detect", "demo.protected.wav", "--key", "show"])?;
    bundle::remove(&folder)
}

/// What Debian calls this machine's processor.
fn architecture() -> Result<String, String> {
    output(Command::new("dpkg").arg("--print-architecture")).map(|name| name.trim().to_owned())
}

fn make_parent(path: &Path) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}
