//! Choices: types whose values are written as words. A word and the value that it stands for are declared in one line.

/// A word of a choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Word {
    /// As written in a file.
    pub word: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// A type whose values are written as words; `words!` implements it.
pub trait Choice: Copy {
    /// Every word.
    const WORDS: &'static [Word];

    /// The value that a word stands for.
    fn from_word(word: &str) -> Option<Self>;

    /// The word that stands for this value.
    fn word(self) -> &'static str;
}
