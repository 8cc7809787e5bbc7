#!/bin/bash
# Makes assets/demo.webp, the moving picture of README: `cfimg demo` in xterm, on a display that nobody sees.
# Usage: assets/record.sh [BIN]. Without BIN it builds the program first. KEEP=FOLDER keeps the frames, to look at.
#
# It does not film. After each key it waits until the screen is still, and takes a frame, which is shown as long as this
# script says. So the picture does not depend on the speed of the machine.
set -euo pipefail
cd "$(dirname "$0")/.."

# The size of the terminal, and of its font in points at 96 dpi.
columns=116 rows=34 points=16
# That of the embedded Cloudflare, which the picture shows.
port=8008
font='JetBrains Mono'

fail() {
    echo "record.sh: $1" >&2
    exit 1
}
# program:package of Debian
for need in Xvfb:xvfb xterm:xterm xdotool:xdotool import:imagemagick img2webp:webp fc-list:fontconfig; do
    command -v "${need%:*}" > /dev/null || fail "${need%:*} is missing. Run: apt install ${need#*:}"
done
[ -n "$(fc-list "$font")" ] || fail "the font $font is missing. Run: apt install fonts-jetbrains-mono"
[ -n "$(fc-list :charset=1f468)" ] || fail "no font has emoji without colours. Run: apt install fonts-symbola"
bin=${1-}
if [ -z "$bin" ]; then
    cargo build --release --locked
    bin=${CARGO_TARGET_DIR:-target}/release/cfimg
fi
bin=$(realpath "$bin")

folder=$(mktemp -d)
processes=()
finish() {
    if [ ${#processes[@]} -gt 0 ]; then kill "${processes[@]}" 2> /dev/null || true; fi
    wait
    rm -rf "$folder"
}
trap finish EXIT

Xvfb -displayfd 3 -screen 0 2600x1600x24 -dpi 96 -nolisten tcp 3> "$folder/display" 2> /dev/null &
processes+=($!)
until [ -s "$folder/display" ]; do
    kill -0 $! 2> /dev/null || fail 'Xvfb did not start.'
    sleep 0.1
done
DISPLAY=:$(cat "$folder/display")

# Sixel graphics, the cell's true size for programs that ask, and colours that are easy on the eyes.
cat > "$folder/resources" <<'END'
*background: #14171d
*foreground: #d6dbe4
*cursorColor: #d6dbe4
*color0: #14171d
*color1: #e5646e
*color2: #8fc873
*color3: #e8bd5f
*color4: #63a9ef
*color5: #c686de
*color6: #50b8c6
*color7: #d6dbe4
*color8: #6d7482
*color9: #f2747d
*color10: #a8db8e
*color11: #f4d283
*color12: #84bff6
*color13: #d7a3ea
*color14: #76d1dd
*color15: #ffffff
*decTerminalID: vt340
*numColorRegisters: 1024
*maxGraphicSize: 4000x3000
*allowWindowOps: true
*internalBorder: 20
*borderWidth: 0
END
closed="the terminal closed. Is port $port taken?"
# An empty home: no settings and no history.
export DISPLAY
env -i PATH="$PATH" DISPLAY="$DISPLAY" XENVIRONMENT="$folder/resources" HOME="$folder" LANG=C.UTF-8 TZ=UTC \
    xterm -fa "$font" -fs "$points" -geometry "${columns}x$rows+0+0" -e "$bin" demo --port "$port" 2> /dev/null &
processes+=($!)
window=$(timeout 20 xdotool search --sync --onlyvisible --class xterm) || fail "$closed"
# There is no window manager to give it the keyboard. The pointer waits outside.
xdotool windowfocus "$window" mousemove 2599 1599

# Waits until the screen has not changed for half a second, 10 seconds at most.
settle() {
    local last='' now still=0 tries
    for ((tries = 0; tries < 100 && still < 5; tries++)); do
        now=$(import -silent -window "$window" ppm:- 2> /dev/null | cksum) || fail "$closed"
        if [ "$now" = "$last" ]; then still=$((still + 1)); else still=0; fi
        last=$now
        sleep 0.1
    done
}

# frame MILLISECONDS [KEY]...: presses keys, and shows the result that long.
frames=()
frame() {
    local duration=$1 file
    file=$folder/$(printf '%02d' $((${#frames[@]} / 5))).png
    shift
    if [ $# -gt 0 ]; then xdotool key --delay 50 "$@"; fi
    settle
    import -silent -window "$window" "$file"
    frames+=(-m 6 -d "$duration" "$file")
}

# The story.
frame 1500
for _ in 1 2 3 4; do frame 450 Down; done
frame 1800 Down              # an image that needs signed URLs
frame 2400 y                 # its signed URL, in the clipboard
frame 500 slash              # a filter
for letter in i m g; do frame 160 "$letter"; done
frame 800
frame 600 Return
frame 900 7                  # another variant
frame 2400 Y                 # what else can be copied
frame 400 Escape
frame 600 Escape             # the whole list again
frame 1400 exclam            # those that need signed URLs
frame 900 Down
frame 500 Escape
frame 2600 t                 # the gallery
for _ in 1 2; do frame 350 Right; done
for _ in 1 2; do frame 350 Down; done
frame 700 Left
frame 1600 Return            # the picture on the full screen
frame 600 plus               # zoom
frame 600 plus
frame 1800 plus

if [ -n "${KEEP-}" ]; then cp "$folder"/*.png "$KEEP"; fi
img2webp -min_size "${frames[@]}" -o assets/demo.webp > /dev/null 2>&1
ls -l assets/demo.webp
