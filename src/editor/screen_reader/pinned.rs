//! Keeps this library loaded.
//!
//! glibc does so by itself while a thread runs that has destructors of Rust's to call, but promises it nowhere.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

/// Makes this library stay loaded until the process ends, however often a host unloads it. Returns whether
/// that is certain; it is not where the plug-in is part of a program.
pub(super) fn pin() -> bool {
    static PINNED: OnceLock<bool> = OnceLock::new();
    *PINNED.get_or_init(open_and_keep)
}

#[expect(unsafe_code, reason = "only the C library knows where this code was loaded from")]
fn open_and_keep() -> bool {
    let here = open_and_keep as fn() -> bool as *const c_void;
    let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
    let flags = libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
    // SAFETY: `here` lies in this library. If `dladdr` succeeds it has filled `info`, with a path that lives as
    // long as the library. What is loaded already runs no initializers again. The handle is never closed.
    unsafe {
        libc::dladdr(here, info.as_mut_ptr()) != 0
            && !libc::dlopen(info.assume_init().dli_fname, flags).is_null()
    }
}
