namespace Dart.Lake.Sql.Templating;

/// <summary>
/// A function that templates call. Errors are thrown with <see cref="CallArguments.Wrong"/>, so that they name the caller's line.
/// </summary>
internal delegate object? TemplateFunction(CallArguments arguments);

/// <summary>What a function was called with, and where.</summary>
internal sealed record CallArguments(
    string Function, IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named, TemplateSource Source, int Line)
{
    public LakeException Wrong(string what) => Source.Wrong(Line, $"{Function}: {what}");

    /// <summary>The arguments in the order of the names; absent ones are <see cref="Undefined"/>.</summary>
    public object?[] Bind(params ReadOnlySpan<string> names)
    {
        if (Positional.Count > names.Length)
            throw Wrong($"takes at most {names.Length} arguments, not {Positional.Count}");
        var bound = new object?[names.Length];
        var used = 0;
        for (var i = 0; i < names.Length; i++)
        {
            bound[i] = i < Positional.Count ? Positional[i] : new Undefined(names[i]);
            if (!Named.TryGetValue(names[i], out var value))
                continue;
            if (i < Positional.Count)
                throw Wrong($"'{names[i]}' is given twice");
            bound[i] = value;
            used++;
        }
        if (used == Named.Count)
            return bound;
        foreach (var key in Named.Keys)
            if (!names.Contains(key))
                throw Wrong($"there is no argument '{key}'");
        throw Wrong("an argument is given twice");
    }

    /// <summary>A text that must be there.</summary>
    public string Text(object? value, string name) => value as string ?? throw Wrong($"'{name}' must be a text");
}
