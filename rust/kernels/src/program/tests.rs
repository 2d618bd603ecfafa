//! Where members meet, what is refused, and that any team does the same.

use super::*;
use crate::matrix::{Matrix, MatrixMut};
use crate::memory::Memory;

fn region(offset: usize, rows: usize, columns: usize) -> Region {
    Region { memory: 0, offset, rows, columns, pitch: columns }
}

fn phase(body: u32, reads: Vec<Access>, writes: Vec<Access>) -> Phase<u32> {
    let length = writes.first().map_or(0, |write| match write.split {
        Split::Rows => write.region.rows,
        _ => write.region.columns,
    });
    Phase { body, reads, writes, length, unit: 16, by_portion: false }
}

/// Each phase sets its output to one more than the sum of the first column of its input.
struct Chain {
    steps: usize,
}

impl Job<f32> for Chain {
    type Body = u32;
    type Step = usize;
    fn steps(&self) -> usize {
        self.steps
    }
    fn step(&self, index: usize) -> usize {
        index
    }
    fn run<S: Simd>(&self, _: &u32, step: &usize, share: Share<'_, f32>) {
        let start = share.start();
        let ([input], [output]) = share.take();
        let (input, mut output): (Matrix<'_, f32>, MatrixMut<'_, f32>) =
            (input.unwrap().matrix(), output.unwrap().matrix());
        let sum: f32 = (0..input.rows()).map(|i| input.row(i)[0]).sum();
        for i in 0..output.rows() {
            output.row(i).fill(sum * 0.001 + (start + i + step) as f32);
        }
    }
}

#[test]
fn threads_meet_where_they_must() {
    let (a, b, c) = (region(0, 64, 64), region(4096, 64, 64), region(8192, 64, 64));
    let meetings = |phases| Program::new::<f32>(phases, vec![]).meetings();
    // The same columns all along: nobody needs anybody.
    let chain = |from, to| phase(0, vec![Access::columns(from)], vec![Access::columns(to)]);
    assert_eq!(meetings(vec![chain(a, b), chain(b, c)]), 0);
    // All of what was shared out; what others still read is overwritten; another split.
    let whole = phase(0, vec![Access::whole(b)], vec![Access::columns(c)]);
    assert_eq!(meetings(vec![chain(a, b), whole]), 1);
    let overwritten = phase(0, vec![Access::columns(c)], vec![Access::columns(a)]);
    assert_eq!(meetings(vec![phase(0, vec![Access::whole(a)], vec![Access::columns(b)]), overwritten]), 1);
    let by_rows = phase(0, vec![Access::rows(b)], vec![Access::rows(c)]);
    assert_eq!(meetings(vec![chain(a, b), by_rows]), 1);
    // Two phases after one meeting need no other.
    let reads_b = |to| phase(0, vec![Access::whole(b)], vec![Access::rows(to)]);
    assert_eq!(meetings(vec![chain(a, b), reads_b(c), reads_b(region(12288, 64, 64))]), 1);
}

#[test]
fn what_threads_could_trample_is_refused() {
    let (a, b) = (region(0, 64, 64), region(4096, 64, 64));
    let overlapping = region(4000, 64, 64);
    let refused = [
        phase(0, vec![Access::whole(a)], vec![Access::rows(a)]),
        phase(0, vec![], vec![Access::rows(b), Access::rows(overlapping)]),
        phase(0, vec![], vec![Access::whole(a)]),
        phase(0, vec![], vec![Access::rows(a), Access::rows(region(4096, 128, 64))]),
        phase(0, vec![Access::whole(a)], vec![]),
        // Panels are one vector wide; copies need their distance, and portions.
        phase(0, vec![], vec![Access::rows(Region { pitch: 32, ..a })]),
        phase(0, vec![], vec![Access::each(a, 4096)]),
        Phase { by_portion: true, ..phase(0, vec![], vec![Access::own(a, 4000, 2)]) },
    ];
    for phase in refused {
        let text = format!("{phase:?}");
        let result = std::panic::catch_unwind(|| Program::new::<f32>(vec![phase], vec![]));
        assert!(result.is_err(), "{text}");
    }
}

#[test]
fn any_team_does_the_same_and_can_be_stopped() {
    let (a, b) = (region(0, 100, 7), region(700, 50, 7));
    let phases = || {
        vec![
            phase(0, vec![Access::whole(b)], vec![Access::rows(a)]),
            phase(1, vec![Access::whole(a)], vec![Access::rows(b)]),
        ]
    };
    let before = team::threads();
    let run = |threads, stop_after| {
        team::set_threads(threads);
        let mut memory = Memory::zeroed(1050, "a test").unwrap();
        let mut seen = 0;
        let job = Chain { steps: 40 };
        Program::new::<f32>(phases(), vec![a]).run(
            Isa::best(),
            threads,
            &mut [memory.as_mut_slice()],
            &job,
            |moment| {
                let Moment::After(index, peek) = moment else { panic!("it was not asked for") };
                seen += 1;
                assert_eq!(peek.matrix(a).row(99)[6], peek.matrix(a).row(99)[0]);
                if index + 1 == stop_after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        (memory.as_slice().to_vec(), seen)
    };
    let (alone, _) = run(1, 40);
    for threads in [2, 3, 8] {
        assert_eq!(run(threads, 40), (alone.clone(), 40));
        assert_eq!(run(threads, 5).1, 5);
    }
    team::set_threads(before);
}

/// Writes what it read plus the phase's number; of a member's own copy each portion must find what
/// the phase before left there for it.
struct Portions;

impl Job<f32> for Portions {
    type Body = u32;
    type Step = ();
    fn steps(&self) -> usize {
        3
    }
    fn step(&self, _: usize) {}
    fn run<S: Simd>(&self, body: &u32, (): &(), share: Share<'_, f32>) {
        let start = share.start();
        let ([input], [output]) = share.take();
        let mut output: MatrixMut<'_, f32> = output.unwrap().matrix();
        let input: Option<Matrix<'_, f32>> = input.map(View::matrix);
        for i in 0..output.rows() {
            let from = match body {
                0 => start as f32,
                1 => input.unwrap().row(0)[0],
                _ => (0..input.unwrap().rows()).map(|row| input.unwrap().row(row)[i]).sum(),
            };
            output.row(i).fill(from + *body as f32);
        }
    }
}

#[test]
fn portions_have_their_own_copies() {
    let (own, each, sums) = (region(0, 2, 16), Region { memory: 1, ..region(0, 1, 16) }, region(1000, 1, 16));
    let portion = |body, reads, writes| Phase { body, reads, writes, length: 70, unit: 16, by_portion: true };
    let before = team::threads();
    for threads in [1, 2, 3, 8] {
        team::set_threads(threads);
        let phases = vec![
            portion(0, vec![], vec![Access::own(own, 32, 3)]),
            portion(1, vec![Access::own(own, 32, 3)], vec![Access::each(each, 16)]),
            phase(2, vec![Access::whole(Region { rows: 5, ..each })], vec![Access::columns(sums)]),
        ];
        let program = Program::new::<f32>(phases, vec![sums]);
        assert_eq!(program.meetings(), 2);
        let (mut first, mut second) =
            (Memory::zeroed(1016, "a test").unwrap(), Memory::zeroed(80, "a test").unwrap());
        program.run(
            Isa::best(),
            threads,
            &mut [first.as_mut_slice(), second.as_mut_slice()],
            &Portions,
            |moment| {
                let Moment::After(_, peek) = moment else { panic!("it was not asked for") };
                // 0 + 16 + 32 + 48 + 64, one more in each.
                assert_eq!(peek.matrix(sums).row(0)[0], 165.0 + 2.0);
                ControlFlow::Continue(())
            },
        );
    }
    team::set_threads(before);
}

#[test]
#[should_panic(expected = "memory of 10")]
fn a_memory_that_is_too_short_is_refused() {
    let program = Program::new::<f32>(vec![phase(0, vec![], vec![Access::rows(region(0, 10, 10))])], vec![]);
    let mut memory = Memory::zeroed(10, "a test").unwrap();
    program.run(Isa::best(), 1, &mut [memory.as_mut_slice()], &Chain { steps: 1 }, |_| {
        ControlFlow::Continue(())
    });
}

/// Of a step that is abandoned nothing is found in what lasts, whoever was how far; all others are whole.
#[test]
fn a_step_is_abandoned_as_a_whole() {
    let (between, more) = (region(0, 64, 64), region(4096, 64, 64));
    let lasting = Region { memory: 1, ..region(0, 64, 64) };
    let phases = || {
        vec![
            phase(0, vec![Access::whole(lasting)], vec![Access::rows(between)]),
            phase(1, vec![Access::whole(between)], vec![Access::rows(more)]),
            phase(2, vec![Access::whole(more)], vec![Access::rows(lasting)]),
        ]
    };
    let before = team::threads();
    let run = |threads, refusal| {
        team::set_threads(threads);
        let mut memories = [8192, 4096].map(|length| Memory::zeroed(length, "a test").unwrap());
        let [between, lasting] = memories.each_mut().map(Memory::as_mut_slice);
        let mut program = Program::new::<f32>(phases(), vec![]);
        program.may_be_abandoned(|memory| memory == 1);
        let (mut asked, mut steps) = (0, 0);
        program.run(Isa::best(), threads, &mut [between, lasting], &Chain { steps: 9 }, |moment| {
            let is_within = matches!(moment, Moment::Within);
            asked += usize::from(is_within);
            steps += usize::from(!is_within);
            if is_within && asked == refusal { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        (lasting.to_vec(), steps)
    };
    let whole = |steps: usize| {
        let mut memories = [8192, 4096].map(|length| Memory::zeroed(length, "a test").unwrap());
        let [between, lasting] = memories.each_mut().map(Memory::as_mut_slice);
        let program = Program::new::<f32>(phases(), vec![]);
        program.run(Isa::best(), 1, &mut [between, lasting], &Chain { steps }, |_| ControlFlow::Continue(()));
        lasting.to_vec()
    };
    for threads in 1..=4 {
        // Asked before two phases of each step, not before the third, which is at the point of no return.
        for refusal in 1..=18 {
            let steps = (refusal - 1) / 2;
            assert!(run(threads, refusal) == (whole(steps), steps), "{threads} threads, refusal {refusal}");
        }
        assert!(run(threads, 19) == (whole(9), 9));
    }
    team::set_threads(before);
}
