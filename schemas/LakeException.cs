namespace Dart.Lake;

/// <summary>What the caller can do about a failure; the only way in which failures of the platform differ.</summary>
public enum LakeErrorKind
{
    /// <summary>Nothing happened; the same call may succeed later.</summary>
    Retry,
    /// <summary>Somebody else was first; read the state again and decide anew.</summary>
    Conflict,
    /// <summary>The input or the configuration is wrong; a repetition fails the same way.</summary>
    Invalid,
    /// <summary>Stored data contradict themselves; stop and look.</summary>
    Corrupt,
    /// <summary>A service or a file that is needed is not there.</summary>
    Unavailable,
    /// <summary>A state that the code rules out.</summary>
    Bug,
}

/// <summary>The one exception of the platform. The message is one line that says what is wrong and what to do.</summary>
public sealed class LakeException : Exception
{
    public LakeException(LakeErrorKind kind, string message, Exception? inner = null) : base(message, inner) => Kind = kind;

    public LakeErrorKind Kind { get; }

    /// <summary>What was asked may have happened, or may still: nothing that it would need is to be taken away.</summary>
    public bool OutcomeIsUnknown { get; init; }

    public static LakeException Retry(string message, Exception? inner = null) => new(LakeErrorKind.Retry, message, inner);
    public static LakeException Conflict(string message, Exception? inner = null) => new(LakeErrorKind.Conflict, message, inner);
    public static LakeException Invalid(string message, Exception? inner = null) => new(LakeErrorKind.Invalid, message, inner);
    public static LakeException Corrupt(string message, Exception? inner = null) => new(LakeErrorKind.Corrupt, message, inner);
    public static LakeException Unavailable(string message, Exception? inner = null) => new(LakeErrorKind.Unavailable, message, inner);
    /// <summary>Unavailable, and whether it happened is not known.</summary>
    public static LakeException Unknown(string message, Exception? inner = null) =>
        new(LakeErrorKind.Unavailable, message, inner) { OutcomeIsUnknown = true };

    public static LakeException Bug(string message, Exception? inner = null) => new(LakeErrorKind.Bug, message, inner);
}
