//! A vector as a row of equal registers. The file of an instruction set only lists which intrinsic
//! stands for which operation; this macro does the rest, the same for all of them.

/// Makes `$name` a vector of as many registers as there are numbers in the list (written out, since
/// neither a loop nor a closure is sure to vanish in time). Every `fn` in the list takes and returns single
/// registers (or masks of one), as intrinsics do.
macro_rules! vector {
    (
        $name:ident: $register:ty, registers [$($i:literal)*] of $elem:ty, mask $mask:ty;
        splat: $splat:path, load: $load:path, store: $store:path,
        add: $add:path, sub: $sub:path, mul: $mul:path, div: $div:path,
        mul_add: $mul_add:path, sqrt: $sqrt:path,
        and: $and:path, or: $or:path, xor: $xor:path,
        shift_left: $shift_left:ident, shift_right: $shift_right:ident,
        int_add: $int_add:path, int_sub: $int_sub:path,
        lt: $lt:path, le: $le:path, equal: $equal:path, bits_equal: $bits_equal:path,
        select: $select:path, both: $both:path, either: $either:path,
        mask_to_bits: $mask_to_bits:path, mask_from_bits: $mask_from_bits:path,
        $($overrides:item)*
    ) => {
        /// The registers, in the order of their lanes.
        #[derive(Clone, Copy)]
        pub struct $name([$register; [$($i),*].len()]);

        const _: () = assert!(size_of::<$name>() == 64);

        impl $name {
            const REGISTER_LANES: usize = size_of::<$register>() / size_of::<$elem>();
        }

        vector!(@operator $name, Add, add, $add, [$($i)*]);
        vector!(@operator $name, Sub, sub, $sub, [$($i)*]);
        vector!(@operator $name, Mul, mul, $mul, [$($i)*]);
        vector!(@operator $name, Div, div, $div, [$($i)*]);

        impl std::ops::Neg for $name {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                self.xor(Self::sign_bit())
            }
        }

        impl crate::simd::Vector for $name {
            type Elem = $elem;
            type Mask = [$mask; [$($i),*].len()];

            #[inline(always)]
            fn splat(x: $elem) -> Self {
                // SAFETY: the vectors of a set exist only below its `Simd::call`, which only a
                // machine that has the set can reach. The same reason holds for all blocks below.
                Self([unsafe { $splat(x) }; [$($i),*].len()])
            }

            #[inline(always)]
            unsafe fn load_ptr(from: *const $elem) -> Self {
                // SAFETY: 64 bytes are readable, and this reads register by register within them.
                Self([$(unsafe { $load(from.add($i * Self::REGISTER_LANES).cast()) }),*])
            }

            #[inline(always)]
            unsafe fn store_ptr(self, to: *mut $elem) {
                                // SAFETY: 64 bytes are writable, and this writes register by register.
                $(unsafe { $store(to.add($i * Self::REGISTER_LANES).cast(), self.0[$i]) };)*
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                // SAFETY: see `splat`.
                Self([$(unsafe { $mul_add(self.0[$i], factor.0[$i], addend.0[$i]) }),*])
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                // SAFETY: see `splat`.
                Self([$(unsafe { $sqrt(self.0[$i]) }),*])
            }

            vector!(@binary and, $and, [$($i)*]);
            vector!(@binary or, $or, [$($i)*]);
            vector!(@binary xor, $xor, [$($i)*]);
            vector!(@binary int_add, $int_add, [$($i)*]);
            vector!(@binary int_sub, $int_sub, [$($i)*]);

            #[inline(always)]
            fn shift_left<const N: u32>(self) -> Self {
                // SAFETY: see `splat`.
                Self([$(unsafe { $shift_left::<N>(self.0[$i]) }),*])
            }

            #[inline(always)]
            fn shift_right<const N: u32>(self) -> Self {
                // SAFETY: see `splat`.
                Self([$(unsafe { $shift_right::<N>(self.0[$i]) }),*])
            }

            vector!(@compare lt, $lt, [$($i)*]);
            vector!(@compare le, $le, [$($i)*]);
            vector!(@compare equal, $equal, [$($i)*]);
            vector!(@compare bits_equal, $bits_equal, [$($i)*]);

            #[inline(always)]
            fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
                // SAFETY: see `splat`.
                Self([$(unsafe { $select(mask[$i], yes.0[$i], no.0[$i]) }),*])
            }

            #[inline(always)]
            fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask {
                // SAFETY: see `splat`.
                [$(unsafe { $both(a[$i], b[$i]) }),*]
            }

            #[inline(always)]
            fn either(a: Self::Mask, b: Self::Mask) -> Self::Mask {
                // SAFETY: see `splat`.
                [$(unsafe { $either(a[$i], b[$i]) }),*]
            }

            #[inline(always)]
            fn mask_to_bits(mask: Self::Mask) -> u32 {
                // SAFETY: see `splat`.
                0 $(| unsafe { $mask_to_bits(mask[$i]) } << ($i * Self::REGISTER_LANES))*
            }

            #[inline(always)]
            fn mask_from_bits(bits: u32) -> Self::Mask {
                // SAFETY: see `splat`.
                [$(unsafe { $mask_from_bits(bits >> ($i * Self::REGISTER_LANES)) }),*]
            }

            $($overrides)*
        }
    };
    (@operator $name:ident, $trait:ident, $method:ident, $intrinsic:path, [$($i:literal)*]) => {
        impl std::ops::$trait for $name {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: see `splat`.
                Self([$(unsafe { $intrinsic(self.0[$i], other.0[$i]) }),*])
            }
        }
    };
    (@binary $method:ident, $intrinsic:path, [$($i:literal)*]) => {
        #[inline(always)]
        fn $method(self, other: Self) -> Self {
            // SAFETY: see `splat`.
            Self([$(unsafe { $intrinsic(self.0[$i], other.0[$i]) }),*])
        }
    };
    (@compare $method:ident, $intrinsic:path, [$($i:literal)*]) => {
        #[inline(always)]
        fn $method(self, other: Self) -> Self::Mask {
            // SAFETY: see `splat`.
            [$(unsafe { $intrinsic(self.0[$i], other.0[$i]) }),*]
        }
    };
}
