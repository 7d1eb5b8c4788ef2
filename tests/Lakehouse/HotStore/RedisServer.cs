using Dart.Lake.Lakehouse.HotStore;
using StackExchange.Redis;

namespace Dart.Lake.Lakehouse.Tests.Hot;

/// <summary>A Redis of its own for a test: Garnet in this process, or Debian's redis-server.</summary>
sealed class RedisServer : IDisposable
{
    readonly IDisposable owner;

    RedisServer(IDisposable owner, HotStoreSettings settings) => (this.owner, Settings) = (owner, settings);

    public HotStoreSettings Settings { get; }

    public static async Task<RedisServer> StartAsync(string kind)
    {
        if (kind == "garnet")
        {
            var garnet = EmbeddedGarnet.Start(IdSource.Seeded(1));
            return new(garnet, garnet.Settings);
        }
        var server = await global::Dart.Lake.Tests.Support.RedisServer.StartAsync(TestContext.Current.CancellationToken, "--requirepass", "secret");
        return new(server, new() { Address = server.Address, Password = "secret" });
    }

    /// <summary>Another client's view, without our code.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync() =>
        await ConnectionMultiplexer.ConnectAsync($"{Settings.Address},password={Settings.Password}");

    public void Dispose() => owner.Dispose();
}
