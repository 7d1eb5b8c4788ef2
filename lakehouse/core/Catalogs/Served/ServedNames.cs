using System.Security.Cryptography;
using System.Text;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>
/// Names as clients give them. The catalog's tables write a namespace's levels with dots between them, so no part of a name has one.
/// </summary>
public static class ServedNames
{
    /// <summary>As the columns of the JDBC catalog have it.</summary>
    const int Longest = 255;

    const int LongestSegment = 100;

    /// <summary>The namespace of these levels.</summary>
    /// <exception cref="LakeException">Invalid: no level, or one that cannot be kept.</exception>
    public static string Namespace(IReadOnlyList<string> levels)
    {
        if (levels.Count == 0)
            throw LakeException.Invalid("a namespace has one level or more");
        foreach (var level in levels)
            Check(level, "namespace");
        var joined = string.Join('.', levels);
        return joined.Length <= Longest ? joined : throw LakeException.Invalid($"a namespace has at most {Longest} characters");
    }

    /// <summary>The levels of a namespace.</summary>
    public static IReadOnlyList<string> Levels(string ns) => ns.Split('.');

    /// <summary>The table or view of that name.</summary>
    /// <exception cref="LakeException">Invalid: the name cannot be kept.</exception>
    public static TableIdent Ident(string ns, string name)
    {
        Check(name, "table or view");
        return new(ns, name);
    }

    /// <summary>Part of a path that every engine takes as it is: what is no letter, digit, dash or underscore is told by a hash.</summary>
    internal static string Segment(string name)
    {
        var plain = string.Concat(name.Take(LongestSegment).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));
        if (plain == name && name[0] != '-')
            return name;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return $"{plain.TrimStart('-')}-{hash[..8]}";
    }

    static void Check(string part, string of)
    {
        if (part.Length is 0 or > Longest || part.Any(char.IsControl) || part.Contains('.', StringComparison.Ordinal))
            throw LakeException.Invalid($"'{part}' cannot be the name of a {of} here: it has 1 to {Longest} characters, no dot and no control character");
    }
}
