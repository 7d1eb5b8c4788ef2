using System.Net;
using Dart.Lake.Lakehouse.Catalogs.Served;
using Dart.Lake.Serving.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Serving.Hosting;

/// <summary>A lake over HTTP, until it is disposed.</summary>
public sealed class LakeServer : IAsyncDisposable
{
    const int MaxConnections = 256;

    readonly WebApplication app;

    LakeServer(WebApplication app, string url) => (this.app, Url) = (app, url);

    /// <summary>Such as http://127.0.0.1:8181.</summary>
    public string Url { get; }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="LakeException">Invalid: the settings; Unavailable: the address or port cannot be had.</exception>
    public static async Task<LakeServer> StartAsync(
        ServerSettings settings, Lake lake, TimeProvider time, IdSource ids, ILoggerFactory logs, CancellationToken cancel)
    {
        settings.Check();
        // no file of settings and no variable of ASP.NET's changes where it listens
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Limit(kestrel, settings));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(logs);
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        var web = builder.Build();
        var log = logs.CreateLogger("serve");
        web.Use(new Guard(settings.Token, settings.LakeToken).LetInAsync);
        web.Map("/v1/{**path}", (RequestDelegate)new RestCatalog(new ServedCatalog(lake, time, ids), log).AnswerAsync);
        try
        {
            await web.StartAsync(cancel);
            return new(web, UrlOf(web));
        }
        catch (Exception e)
        {
            await web.DisposeAsync();
            throw e is IOException or AddressInUseException or System.Net.Sockets.SocketException
                ? LakeException.Unavailable(
                    $"{settings.Bind}:{settings.Port} cannot be listened on ({e.Message.TrimEnd('.')}); choose another with --bind and --port", e)
                : e;
        }
    }

    static void Limit(KestrelServerOptions kestrel, ServerSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = ServerSettings.MaxBody;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Listen(new IPEndPoint(settings.Bind, settings.Port));
    }

    static string UrlOf(WebApplication web) =>
        web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/');

    /// <summary>Requests that are under way are answered first.</summary>
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }
}
