//! A file that is written all at once or not at all.
//!
//! A write goes to a new file beside the target, is flushed to the disk, and then takes the target's
//! name, which is atomic. Whoever looks, or is interrupted, finds the old file or the new one.
//!
//! A process that is killed meanwhile leaves what it had begun. That is told from what another process is
//! writing by its lock, which ends with the process: the next write into the folder takes it away. Its name is
//! the same for all targets, so a folder never has more of such files than it had writers at once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a file. Who may read or write an old one, may do so with the new one; links stay links.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = &followed(path)?;
    let old = match fs::metadata(path) {
        Ok(old) if old.is_file() => {
            // Without a change, only to ask: a file that may not be written to must not be replaced.
            OpenOptions::new().write(true).open(path)?;
            Some(old.permissions())
        }
        Ok(old) if old.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => return Err(io::Error::new(io::ErrorKind::InvalidInput, "is a device, not a file")),
        Err(_) => None,
    };
    let (mut file, begun) = begin(folder(path))?;
    let written = (|| {
        if let Some(old) = old
            && old != file.metadata()?.permissions()
        {
            file.set_permissions(old)?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&begun, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&begun);
        return written;
    }
    // The target's name is safe once the folder is; where folders cannot be opened, there is nothing to do.
    if let Ok(folder) = File::open(folder(path)) {
        folder.sync_all()?;
    }
    Ok(())
}

/// Where a file is written that is called so: what a link leads to, be it there or not.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let Ok(target) = fs::read_link(path) else { return Ok(path.to_owned()) };
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(folder(path).join(target)),
        found => found,
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A new file in the folder, locked.
fn begin(folder: &Path) -> io::Result<(File, PathBuf)> {
    let mut number = 0;
    loop {
        let path = folder.join(format!(".dlcore-{number}.new"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) if lock::is_ours(&file, &path) => return Ok((file, path)),
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) if lock::remove_left(&path) => {}
            _ => number += 1,
        }
    }
}

#[cfg(unix)]
mod lock {
    use std::fs::{self, File, OpenOptions, TryLockError};
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    /// Whether nobody has taken a new file for one that was left, before it was locked.
    pub fn is_ours(file: &File, path: &Path) -> bool {
        match file.try_lock() {
            Ok(()) => has_name(file, path),
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(_)) => true, // Files cannot be locked here, so none is ever taken away.
        }
    }

    /// Removes the file of that name if no process writes it any more, and says whether. It is locked until it is
    /// gone, or two who find it would remove each other's new ones.
    pub fn remove_left(path: &Path) -> bool {
        let Ok(file) = OpenOptions::new().write(true).open(path) else { return false };
        file.try_lock().is_ok() && has_name(&file, path) && fs::remove_file(path).is_ok()
    }

    /// Whether the file still has that name: its writer may have given it the target's in the meantime.
    fn has_name(file: &File, path: &Path) -> bool {
        let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        match (file.metadata(), fs::metadata(path)) {
            (Ok(file), Ok(named)) => identity(file) == identity(named),
            _ => false,
        }
    }
}

/// Whether a file still has its name cannot be asked here, so what was left stays.
#[cfg(not(unix))]
mod lock {
    use std::fs::File;
    use std::path::Path;

    pub fn is_ours(_: &File, _: &Path) -> bool {
        true
    }

    pub fn remove_left(_: &Path) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("dlcore-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_left_is_taken_away_and_what_is_being_written_is_not() {
        let folder = folder("left");
        let (_other, begun) = begin(&folder).unwrap();
        fs::write(folder.join(".dlcore-1.new"), "left by a process that was killed").unwrap();
        write(&folder.join("a"), b"whole").unwrap();
        assert_eq!(names(&folder), [".dlcore-0.new", "a"]);
        assert!(begun.ends_with(".dlcore-0.new"));
        assert_eq!(fs::read(folder.join("a")).unwrap(), b"whole");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn threads_that_write_one_file_do_not_disturb_each_other() {
        let folder = folder("threads");
        let path = folder.join("a");
        let contents = [b"0", b"1", b"2", b"3"].map(|digit| digit.repeat(10_000));
        write(&path, &contents[0]).unwrap();
        let is_done = AtomicBool::new(false);
        let often = |content: &Vec<u8>| (0..200).try_for_each(|_| write(&path, content));
        std::thread::scope(|scope| {
            // What killed processes leave, again and again, for all writers to find at once.
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    let _ = File::create_new(folder.join(".dlcore-0.new"));
                    assert!(contents.contains(&fs::read(&path).unwrap()));
                }
            });
            let writers: Vec<_> = contents.iter().map(|content| scope.spawn(|| often(content))).collect();
            let ends: Vec<_> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
            is_done.store(true, Ordering::Relaxed);
            ends.into_iter().for_each(Result::unwrap);
        });
        write(&path, &contents[0]).unwrap();
        assert_eq!(names(&folder), ["a"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_device_stays_one() {
        assert_eq!(write(Path::new("/dev/null"), b"").unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = folder("links");
        let (real, link) = (folder.join("real"), folder.join("link"));
        symlink("real", &link).unwrap();
        for content in [b"first", b"other"] {
            write(&link, content).unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read(&real).unwrap(), content);
            fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
        }
        write(&real, b"third").unwrap();
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_dir_all(folder).unwrap();
    }
}
