namespace Dart.Lake.Serving.Rest;

/// <summary>One of the protocol's endpoints.</summary>
/// <param name="Method">HTTP's.</param>
/// <param name="Template">As the specification writes it, so that it can be told to clients as it is.</param>
/// <param name="AnswerAsync">What it does.</param>
sealed record Route(string Method, string Template, Func<RestRequest, Task> AnswerAsync)
{
    /// <summary>A name of the only catalog here, which a client may have before each path and may leave out.</summary>
    public const string Prefix = "lake";

    const string PrefixPart = "{prefix}";

    readonly string[] parts = [.. Template.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != PrefixPart)];

    /// <summary>Whether it changes tables or views in a way whose outcome may be unknown.</summary>
    public bool Commits { get; init; }

    /// <summary>Whether clients are told of it.</summary>
    public bool IsTold => parts is not [_, "config"];

    /// <summary>What the path names, when it is of this endpoint; else null.</summary>
    /// <param name="path">Decoded, without the prefix.</param>
    public IReadOnlyList<string>? Match(IReadOnlyList<string> path)
    {
        if (path.Count != parts.Length)
            return null;
        var names = new List<string>();
        for (var i = 0; i < parts.Length; i++)
            if (parts[i][0] == '{')
                names.Add(path[i]);
            else if (parts[i] != path[i])
                return null;
        return names;
    }

    /// <summary>The parts of a request's path, without the prefix.</summary>
    /// <param name="target">As it was sent: a name may have an escaped slash, which ASP.NET's own paths do not tell from a slash.</param>
    public static IReadOnlyList<string> PathOf(string target)
    {
        var path = target.Split('?')[0];
        if (path.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme)
            path = path.IndexOf('/', scheme + 3) is > 0 and var root ? path[root..] : "/";
        // Java's clients write a blank as a plus, and a plus escaped
        var sent = path.TrimEnd('/').Split('/').Skip(1)
            .Select(part => Uri.UnescapeDataString(part.Replace('+', ' ')))
            .ToList();
        if (sent.Count > 2 && sent[1] == Prefix)
            sent.RemoveAt(1);
        return sent;
    }
}
