//! From the losses of a batch's rows to the one number that is minimised.
//!
//! ```text
//! by rows      sum_i w_i loss_i / rows + penalty            Keras
//! by weight    (sum_i w_i loss_i + penalty) / sum_i w_i     scikit-learn; w_i = 1 without weights
//!              sum_i w_i loss_i / sum_i w_i + penalty       the same, whatever the batch size
//! ```

/// How a batch's losses are averaged, and what they are multiplied by.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Objective {
    /// Whether losses are divided by the batch's sum of weights.
    pub by_weight: bool,
    /// Whether the penalty is divided by what the losses are divided by.
    pub penalty_by_weight: bool,
    /// Times this a loss is reported.
    pub loss_scale: f64,
    /// Times this its gradient is followed.
    pub gradient_scale: f64,
}

impl Default for Objective {
    fn default() -> Self {
        Self { by_weight: false, penalty_by_weight: false, loss_scale: 1.0, gradient_scale: 1.0 }
    }
}

/// What is divided by, for a sum of weights: rows without any have no loss, whatever it is divided by.
pub fn divisor(total: f64) -> f64 {
    if total == 0.0 { 1.0 } else { total }
}

impl Objective {
    /// What the penalty and its gradient are multiplied by, in a batch of this sum of weights.
    pub fn penalty_scale(&self, total: f64) -> f64 {
        if self.penalty_by_weight { 1.0 / divisor(total) } else { 1.0 }
    }

    /// The objective of a batch times its rows, from the sum of its weighted losses and the penalty.
    pub fn of_rows(&self, losses: f64, penalty: f64, total: f64, rows: f64) -> f64 {
        losses * self.loss_scale * (rows / divisor(total)) + rows * penalty * self.penalty_scale(total)
    }
}
