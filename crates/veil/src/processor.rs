//! The same arithmetic, compiled for every processor and again for those with wide vectors.

/// Makes `name` of the `#[inline(always)]` function `anywhere`: on a processor with AVX2 and fused
/// multiply-add it runs as compiled for these, elsewhere as compiled for the target. Which of the
/// two runs never changes a bit, since both do the same operations in the same order.
#[doc(hidden)]
#[macro_export]
macro_rules! for_this_processor {
    ($(#[$doc:meta])* $name:ident = $anywhere:path,
     ($($arg:ident: $type:ty),* $(,)?) $(-> $out:ty)?) => {
        $(#[$doc])*
        #[inline]
        pub(crate) fn $name($($arg: $type),*) $(-> $out)? {
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                #[target_feature(enable = "avx2,fma")]
                fn wide($($arg: $type),*) $(-> $out)? {
                    $anywhere($($arg),*)
                }
                // SAFETY: the processor has just reported both features.
                #[expect(unsafe_code, reason = "runs as compiled for this processor")]
                return unsafe { wide($($arg),*) };
            }
            // Out of line, so that the choice itself costs almost nothing.
            #[inline(never)]
            fn narrow($($arg: $type),*) $(-> $out)? {
                $anywhere($($arg),*)
            }
            narrow($($arg),*)
        }
    };
}
pub(crate) use for_this_processor;
