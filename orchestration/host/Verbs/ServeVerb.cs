using System.CommandLine;
using System.Net;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Serving;
using Dart.Lake.Serving.Hosting;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>serve</c>: the lake over HTTP, as Iceberg's REST catalog, until it is stopped.</summary>
static class ServeVerb
{
    /// <summary>One that is shorter can be guessed by trying.</summary>
    const int ShortestToken = 16;

    public static Command Build(Composition composition)
    {
        var settings = composition.Settings;
        var (dataDir, bind, port) = (Flags.DataDir(settings), Flags.Bind(settings), Flags.Port(settings));
        var (tokenFile, locations, json) = (Flags.TokenFile(settings), Flags.Locations(settings), Flags.Json());
        var verb = new Command("serve", "Serve the lake to Spark, Trino and PyIceberg as an Iceberg REST catalog, until it is stopped")
        {
            bind, port, tokenFile, locations, dataDir, json,
        };
        verb.SetAction(async (parsed, cancel) =>
        {
            var server = new ServerSettings
            {
                Bind = Address(parsed.GetValue(bind)!),
                Port = parsed.GetValue(port),
                Token = Token(parsed.GetValue(tokenFile)!, settings.Serve.Token, nameof(settings.Serve.Token)),
                LakeToken = Token("", settings.Serve.LakeToken, nameof(settings.Serve.LakeToken)),
            };
            server.Check();
            var folders = parsed.GetValue(locations)!.Split(':', StringSplitOptions.RemoveEmptyEntries);
            await using var lake = await composition.OpenAsync(parsed.GetValue(dataDir)!, cancel, folders);
            using var logs = composition.Logs();
            await using var served = await LakeServer.StartAsync(server, lake, composition.Time, composition.Ids, logs, cancel);
            if (parsed.GetValue(json))
                Json.Print(new { served.Url, lake.DataDir, Token = server.Token is not null });
            else
                Screen.Line($"serving {(lake.IsEmbedded ? lake.DataDir : lake.Location)} at {served.Url}{(server.Token is null ? "" : ", with a token")}; stop it with Ctrl-C");
            await StoppedAsync(cancel);
            return 0;
        });
        return verb;
    }

    /// <summary>To be stopped is how it ends.</summary>
    static Task StoppedAsync(CancellationToken cancel)
    {
        var stopped = new TaskCompletionSource();
        cancel.Register(stopped.SetResult);
        return stopped.Task;
    }

    static IPAddress Address(string text) => IPAddress.TryParse(text, out var address)
        ? address
        : text.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : throw LakeException.Invalid($"--bind wants an address of this machine such as 127.0.0.1 or 0.0.0.0, not '{text}'");

    /// <summary>Null: none is asked for.</summary>
    static string? Token(string file, string setting, string name)
    {
        var token = file.Length > 0 ? Read(file) : setting;
        return token.Length == 0 && file.Length == 0 ? null
            : token.Length >= ShortestToken && token.All(c => c is > ' ' and < '\x7f')
                ? token
                : throw LakeException.Invalid($"a token has at least {ShortestToken} characters of ASCII and no blank; {(file.Length > 0 ? $"write one into {file}" : $"set another DARTLAKE__Serve__{name}")}, for example what 'openssl rand -hex 32' prints");
    }

    static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LakeException.Invalid($"the token's file {file} cannot be read ({e.Message.TrimEnd('.')}); correct --token-file", e);
        }
    }
}
