using System.Net;

namespace Dart.Lake.Serving;

/// <summary>Where a server listens and whom it lets in.</summary>
public sealed record ServerSettings
{
    /// <summary>A request that is larger is refused with 413; the largest commits have some hundred kilobytes.</summary>
    internal const int MaxBody = 16 << 20;

    /// <summary>An address of this machine.</summary>
    public required IPAddress Bind { get; init; }

    /// <summary>0: a free one.</summary>
    public required int Port { get; init; }

    /// <summary>
    /// What a client must send as a bearer token; null: nothing is asked for, on an address that only this machine reaches.
    /// </summary>
    public required string? Token { get; init; }

    /// <summary>
    /// What the lake's own jobs and runs send from other machines: who sends it makes and changes the lake's own tables. Null: nobody
    /// does.
    /// </summary>
    public string? LakeToken { get; init; }

    /// <summary>Nothing secret.</summary>
    public override string ToString() => $"{Bind}:{Port}";

    /// <exception cref="LakeException">Invalid: open to others without a token.</exception>
    public void Check()
    {
        if (LakeToken is not null && LakeToken == Token)
            throw LakeException.Invalid("clients and the lake's own jobs would have one token; give Serve:LakeToken another than Serve:Token");
        if (Token is null && !IPAddress.IsLoopback(Bind))
            throw LakeException.Invalid($"on {Bind} others than this machine would reach the lake, and no token is asked for; give one with --token-file or DARTLAKE__Serve__Token, or leave --bind out");
    }
}
