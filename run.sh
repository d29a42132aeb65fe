#!/bin/sh
# Builds Crucible when needed and runs it; ./run.sh --help tells more.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
jar=$here/target/crucible.jar
oldest_java=17

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

usage() {
    cat <<END
Usage: $0 [COMMAND]

  (nothing)      build when needed, then start the server; flags go to the server: $0 --port 9000
  build          build target/crucible.jar
  test           run the whole test suite; further words go to Maven
  bench [NAME]   run the benchmarks; bench --help tells more
  --help         this

Any other word is a command of the program itself:
  submit FILE, status ID, logs ID, list, cancel ID, languages, engines, images, doctor, config,
  version
  $0 COMMAND --help tells more about one.

Environment:
  JAVA_HOME      the JDK to use ($oldest_java or newer)
  JAVA_OPTS      more options for the server's JVM, such as -Xmx2g
  and the settings that "$0 config" prints.
END
}

# --- Java -----------------------------------------------------------------------------------------

java_home_of() { dirname -- "$(dirname -- "$(readlink -f -- "$1")")"; }

# The release file answers without starting a JVM.
feature_of() {
    release=$(java_home_of "$1")/release
    if [ -r "$release" ]; then
        sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release"
    else
        "$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1
    fi
}

recent() {
    [ -x "$1" ] || return 1
    feature=$(feature_of "$1")
    [ "${feature:-0}" -ge "$oldest_java" ]
}

find_java() {
    if [ -n "${JAVA_HOME:-}" ]; then
        java=$JAVA_HOME/bin/java
        recent "$java" || die "JAVA_HOME is $JAVA_HOME, which is not a Java $oldest_java or newer. Set it to one, or unset it."
        return
    fi
    java=$(command -v java || :)
    if [ -z "$java" ] || ! recent "$java"; then
        for java in /usr/lib/jvm/*/bin/java; do
            if recent "$java"; then return; fi
        done
        die "Crucible needs Java $oldest_java or newer, and none was found.
Install a JDK ($(install_command java)), or set JAVA_HOME to one."
    fi
}

# --- What the sandbox and the build need ------------------------------------------------------------

package_manager() {
    for manager in apt-get dnf apk pacman zypper; do
        if command -v "$manager" >/dev/null 2>&1; then
            echo "$manager"
            return
        fi
    done
}

# Prints the packages that hold a thing, by package manager.
packages_of() {
    case "$1:$(package_manager)" in
        java:apt-get) echo openjdk-17-jdk-headless ;;
        java:dnf) echo java-17-openjdk-devel ;;
        java:apk) echo openjdk17 ;;
        java:pacman) echo jdk17-openjdk ;;
        java:zypper) echo java-17-openjdk-devel ;;
        compiler:apt-get) echo gcc libc6-dev ;;
        compiler:dnf) echo gcc glibc-devel glibc-static ;;
        compiler:apk) echo gcc musl-dev linux-headers ;;
        compiler:zypper) echo gcc glibc-devel glibc-devel-static ;;
        compiler:*) echo gcc ;;
        python:pacman) echo python ;;
        python:*) echo python3 ;;
        *) echo "$1" ;;
    esac
}

# Prints one exact command that installs the things named.
install_command() {
    packages=
    for thing in "$@"; do packages="$packages $(packages_of "$thing")"; done
    case "$(package_manager)" in
        apt-get) echo "apt-get install -y --no-install-recommends$packages" ;;
        dnf) echo "dnf install -y$packages" ;;
        apk) echo "apk add$packages" ;;
        pacman) echo "pacman -S --noconfirm --needed$packages" ;;
        zypper) echo "zypper --non-interactive install$packages" ;;
        *) echo "your package manager:$packages" ;;
    esac
}

# Installs the things named when that is possible, else says how; either way what can go on goes on.
provide() {
    [ $# -gt 0 ] || return 0
    command=$(install_command "$@")
    if [ "$(id -u)" != 0 ] || [ -z "$(package_manager)" ]; then
        say "Missing: $*. Please install with:"
        say "    sudo $command"
        return 0
    fi
    say "Installing what is missing: $command"
    if [ "$(package_manager)" = apt-get ]; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq >&2 || :
    fi
    # shellcheck disable=SC2086 # the command is made of words
    $command >/dev/null 2>&1 || say "That did not work. Please try it yourself: $command"
}

provide_compiler() {
    if ! command -v gcc >/dev/null 2>&1 || [ ! -e /usr/include/stdio.h ]; then provide compiler; fi
}

provide_sandbox() {
    set --
    command -v bwrap >/dev/null 2>&1 || set -- "$@" bubblewrap
    command -v python3 >/dev/null 2>&1 || set -- "$@" python
    provide "$@"
}

# --- Build ------------------------------------------------------------------------------------------

stale() {
    [ -e "$jar" ] || return 0
    [ -d "$here/src/main" ] || return 1
    [ -n "$(cd "$here" && find pom.xml src/main migrations -newer "$jar" 2>/dev/null | head -n 1)" ]
}

maven() {
    find_java
    [ -x "$(java_home_of "$java")/bin/javac" ] ||
        die "$java is a runtime only; building needs a JDK: $(install_command java)"
    (cd "$here" && JAVA_HOME=$(java_home_of "$java") ./mvnw -B -ntp "$@")
}

# One build at a time, where the machine can keep others waiting.
alone() {
    mkdir -p "$here/target"
    exec 9>"$here/target/.build.lock"
    if command -v flock >/dev/null 2>&1; then flock 9; fi
}

# Maven would pack an older jar, libraries and all, into the new one.
forget_jar() { rm -f "$jar" "$here/target/original-crucible.jar"; }

build() {
    provide_compiler
    forget_jar
    say "Building target/crucible.jar (the first time this downloads libraries and takes a minute or two)…"
    maven -q package -DskipTests >&2 || die "The build failed; what went wrong is above."
    touch "$jar"
    say "Built target/crucible.jar."
}

build_when_stale() {
    stale || return 0
    (
        alone
        if stale; then build; fi
    ) || exit 1
}

# --- Class data archives: a JVM that finds its classes ready starts in a third of the time --------------

archive_folder() {
    if [ -w "$here/target" ]; then
        echo "$here/target/cds"
    else
        echo "${XDG_CACHE_HOME:-$HOME/.cache}/crucible"
    fi
}

# An archive fits exactly one jar and one JDK.
archive_key() {
    { stat -c '%n %Y %s' "$jar"; readlink -f -- "$java"; cat "$(java_home_of "$java")/release" 2>/dev/null; } |
        cksum | cut -d ' ' -f 1
}

# Made beside its place and moved there whole, so that a call at the same time never sees half of one.
make_cli_archive() {
    mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ] || return 0
    say "Preparing quicker starts (once)…"
    # Those of jars that are gone.
    find "$folder" -name 'cli-*.jsa*' ! -newer "$jar" -exec rm -f {} + || :
    # Nobody listens there: it goes as far as a command can go without a server, and so loads what one needs.
    echo 'print(1)' | "$java" -XX:ArchiveClassesAtExit="$archive.$$" $cli_options -jar "$jar" \
        submit - --wait --url http://127.0.0.1:9 >/dev/null 2>&1 || :
    if [ -s "$archive.$$" ]; then mv -f "$archive.$$" "$archive"; fi
}

cli_options='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xlog:disable -Xlog:all=off'

cli() {
    build_when_stale
    find_java
    folder=$(archive_folder)
    archive=$folder/cli-$(archive_key).jsa
    if [ ! -e "$archive" ]; then make_cli_archive; fi
    shared=
    if [ -e "$archive" ]; then shared=-XX:SharedArchiveFile=$archive; fi
    # shellcheck disable=SC2086 # the options are words
    exec "$java" ${shared:+"$shared"} $cli_options -Dcrucible.program="$0" -jar "$jar" "$@"
}

# --- The server -----------------------------------------------------------------------------------------

# A heap that starts small is collected early, and so stays small while there is little to do.
server_options='-Xms48m -Xmx512m -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError'

serve() {
    build_when_stale
    find_java
    provide_sandbox
    # shellcheck disable=SC2086 # the options and JAVA_OPTS are lists of words
    exec "$java" $server_options ${JAVA_OPTS:-} \
        -Dcrucible.program="$0" -jar "$jar" serve "$@"
}

# --- Tests and benchmarks ---------------------------------------------------------------------------------

# Prints each skipped test with its reason, from the reports.
skipped_tests() {
    cat "$here"/target/surefire-reports/TEST-*.xml 2>/dev/null | awk '
        /<testcase / {
            name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name)
            class = $0; sub(/.* classname="/, "", class); sub(/".*/, "", class)
        }
        /<skipped/ {
            why = $0
            if (why ~ /message="/) { sub(/.*message="/, "", why); sub(/".*/, "", why) } else why = "no reason given"
            gsub(/&quot;/, "\"", why); gsub(/&apos;/, "\047", why); gsub(/&lt;/, "<", why)
            gsub(/&gt;/, ">", why); gsub(/&#10;/, " ", why); gsub(/&amp;/, "\\&", why)
            print "  " class "." name ": " why
        }'
}

# Prints how many tests ran, failed and were skipped, from the reports.
test_counts() {
    cat "$here"/target/surefire-reports/TEST-*.xml 2>/dev/null | awk '
        function count(name) {
            if (!match($0, " " name "=\"[0-9]+\"")) return 0
            return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) + 0
        }
        /<testsuite / {
            ran += count("tests"); failed += count("failures") + count("errors"); skipped += count("skipped")
        }
        END { print ran + 0 " tests ran, " failed + 0 " failed, " skipped + 0 " were skipped." }'
}

run_tests() {
    provide_compiler
    provide_sandbox
    rm -rf "$here/target/surefire-reports"
    forget_jar
    status=0
    maven verify "$@" || status=$?
    skipped=$(skipped_tests)
    echo
    if [ -n "$skipped" ]; then
        echo "Skipped:"
        printf '%s\n' "$skipped"
    fi
    test_counts
    if [ "$status" = 0 ]; then echo "All is well."; else echo "It failed; what went wrong is above."; fi
    return "$status"
}

bench() {
    build_when_stale
    find_java
    provide_sandbox
    classpath=$here/target/bench.classpath
    maven -q test-compile >&2 || die "The benchmarks do not compile; why is above."
    if [ ! -e "$classpath" ] || [ "$here/pom.xml" -nt "$classpath" ]; then
        maven -q exec:exec -Dexec.executable=echo -Dexec.args=%classpath -Dexec.classpathScope=test \
            -Dexec.outputFile="$classpath" >&2
    fi
    exec "$java" -Xmx1g -Dcrucible.program="$0" -Dcrucible.bench.jar="$jar" \
        -Dcrucible.bench.serverOptions="$server_options ${JAVA_OPTS:-}" \
        -cp "$(cat "$classpath")" dev.crucible.bench.Bench "$@"
}

case "${1:-serve}" in
    serve)
        if [ $# -gt 0 ]; then shift; fi
        case " $* " in *' --help '* | *' -h '*) cli serve --help ;; esac
        serve "$@"
        ;;
    build)
        (alone && build)
        ;;
    test)
        shift
        run_tests "$@"
        ;;
    bench)
        shift
        bench "$@"
        ;;
    --help | -h | help) usage ;;
    --version | -V) cli "$@" ;;
    -*) serve "$@" ;;
    *) cli "$@" ;;
esac
