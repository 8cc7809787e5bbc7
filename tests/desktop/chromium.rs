//! A real browser behind `xdg-open`, and a picture for it to load.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use image::{ImageFormat, Rgba, RgbaImage};
use tempfile::TempDir;

use crate::displays::until;

/// The colour of [`serve_picture`]'s picture.
pub(crate) const COLOUR: Rgba<u8> = Rgba([200, 30, 90, 255]);

/// A folder with an `xdg-open` that loads the URL in headless Chromium and takes a screenshot of the page.
pub(crate) struct Browser {
    folder: TempDir,
}

impl Browser {
    /// Needs Chromium or Chrome.
    pub(crate) fn new() -> Self {
        let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
        let path = std::env::var_os("PATH").unwrap_or_default();
        let chromium = std::env::split_paths(&path)
            .flat_map(|folder| names.map(|name| folder.join(name)))
            .find(|file| file.is_file())
            .expect("chromium is missing: install the package chromium, or Chrome");
        let folder = tempfile::tempdir().expect("a folder");
        // The screenshot is renamed at the end, so `page.png` is always complete.
        let script = format!(
            r#"#!/bin/sh
here=${{0%/*}}
printf '%s\n' "$1" >> "$here/opened"
unset DISPLAY WAYLAND_DISPLAY
HOME=$here '{chromium}' --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars \
    --disable-background-networking --disable-component-update --disable-sync --user-data-dir="$here/profile" \
    --window-size=800,600 --screenshot="$here/page.new.png" "$1" > "$here/log" 2>&1 || exit 1
mv "$here/page.new.png" "$here/page.png"
"#,
            chromium = chromium.display()
        );
        let launcher = folder.path().join("xdg-open");
        fs::write(&launcher, script).expect("the folder is ours");
        fs::set_permissions(&launcher, fs::Permissions::from_mode(0o755)).expect("the file is ours");
        Self { folder }
    }

    /// A PATH on which this launcher comes first.
    pub(crate) fn path(&self) -> String {
        format!("{}:{}", self.folder.path().display(), std::env::var("PATH").expect("a PATH"))
    }

    /// Loads a URL without cfimg.
    pub(crate) fn load(&self, url: &str) -> RgbaImage {
        drop(fs::remove_file(self.folder.path().join("page.png")));
        let launched = std::process::Command::new(self.folder.path().join("xdg-open")).arg(url).status();
        assert!(launched.is_ok_and(|status| status.success()), "Chromium loads a page");
        self.page()
    }

    /// The URLs that were opened, in order.
    pub(crate) fn opened(&self) -> Vec<String> {
        let opened = fs::read_to_string(self.folder.path().join("opened")).unwrap_or_default();
        opened.lines().map(str::to_owned).collect()
    }

    /// The screenshot. Waits for it.
    pub(crate) fn page(&self) -> RgbaImage {
        let file = self.folder.path().join("page.png");
        until("Chromium shows the page", || file.exists());
        image::open(&file).expect("a picture").into_rgba8()
    }
}

/// Serves a picture on loopback. Returns its URL, and the requests for it.
pub(crate) fn serve_picture() -> (String, Receiver<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let url = format!("http://{}/hash/image/public?a=1&b=2", listener.local_addr().expect("it is bound"));
    let mut picture = Cursor::new(Vec::new());
    RgbaImage::from_pixel(400, 300, COLOUR)
        .write_to(&mut picture, ImageFormat::Png)
        .expect("it fits in memory");
    let picture = picture.into_inner();
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        // Chromium opens connections in advance, and also requests an icon.
        for stream in listener.incoming() {
            let (sender, picture) = (sender.clone(), picture.clone());
            thread::spawn(move || {
                let mut stream = stream?;
                let mut request = vec![0; 16 * 1024];
                let read = stream.read(&mut request)?;
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    picture.len()
                );
                stream.write_all(head.as_bytes())?;
                stream.write_all(&picture)?;
                if request.starts_with("GET /hash/") {
                    drop(sender.send(request));
                }
                std::io::Result::Ok(())
            });
        }
    });
    (url, requests)
}
