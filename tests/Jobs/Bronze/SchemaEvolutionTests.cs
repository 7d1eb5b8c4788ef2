using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>Writers whose schemas change while bronze runs, and tables that must grow for them.</summary>
[Collection(Meddlers.Name)]
public sealed class SchemaEvolutionTests(Meddlers others)
{
    const int Steps = 20, EachStep = 4;

    static readonly TopicDefinition topic = new("trades_raw", 2);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. TestSize.Seeds(quick: 1, full: 5)];

    /// <summary>Two producers, each at a version of its own: after each step both read what was sent, old rows with nulls.</summary>
    [Theory, MemberData(nameof(Seeds))]
    public async Task Twenty_changes_by_two_producers_on_a_running_stream_are_read_by_Spark_and_PyIceberg_after_each(int seed)
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        BronzeProgress? seen = null;
        var job = world.RunAsync(Settings(world, cluster) with { StopAtEnd = false, CommitInterval = TimeSpan.FromMilliseconds(50) },
            stop.Token, p => seen = p);
        var (random, sent) = (new Random(seed), new List<Dictionary<string, string>>());
        ChangingProducer[] producers = [new("a"), new("b")];
        // each kind of change comes, in an order of its own
        var kinds = Enumerable.Range(0, Steps).OrderBy(_ => random.Next()).ToList();
        for (var step = 0; step < Steps; step++)
        {
            var told = producers[random.Next(2)].Change(kinds[step], random);
            foreach (var one in producers)
            {
                var id = await one.RegisterAsync(world.Registry, Cancel);
                for (var i = 0; i < EachStep; i++)
                {
                    var (value, columns) = one.Next(id);
                    sent.Add(columns);
                    producer.Send(topic.Name, i % topic.Partitions, "k"u8, value, Cancel);
                }
            }
            producer.Flush(Cancel);
            while (seen?.Committed.Sum(c => c.Next) != sent.Count)
            {
                Assert.False(job.IsCompleted, $"step {step}, {told}: the job has ended: {job.Exception?.InnerException?.Message}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
            }
            Assert.True(seen.DeadLetters == 0, $"step {step}, {told}: {string.Join(", ", seen.ByReason.Keys)}");
            var all = sent.SelectMany(s => s.Keys).Distinct().Order(StringComparer.Ordinal).ToList();
            var rows = sent.Select(s => string.Join('|', all.Select(c => s.GetValueOrDefault(c, "None")))).Order(StringComparer.Ordinal).ToList();
            var byPython = await others.Python.DoAsync(world.Lake.CatalogFile, InPython(all), Cancel);
            Assert.Equal(rows, byPython.Order(StringComparer.Ordinal));
            var shown = string.Join(", '|', ", all.Select(InSpark));
            var bySpark = await others.Spark.DoAsync(world.Lake.CatalogFile, $"SELECT concat({shown}) FROM lake.{Topics.Trades.Table}", Cancel);
            Assert.Equal(rows, bySpark.Order(StringComparer.Ordinal));
        }
        await stop.CancelAsync();
        await job;
        Assert.NotEmpty(await world.Lake.Ledger.ListRunsAsync(ContractTables.Kind, null, 100, Cancel));
    }

    /// <summary>Prints rows as texts.</summary>
    static string InPython(IEnumerable<string> columns) =>
        $"columns = '{string.Join(',', columns)}'.split(','); scan = table('{Topics.Trades.Table}').scan(selected_fields=tuple(columns)); "
        + "[print('|'.join(str(row[c]) for c in columns)) for row in scan.to_arrow().to_pylist()]";

    /// <summary>A column of Spark's as Python shows its values.</summary>
    static string InSpark(string column) => column.EndsWith("_time", StringComparison.Ordinal)
        ? $"coalesce(date_format({column}, 'yyyy-MM-dd HH:mm:ss.SSSSSS') || '+00:00', 'None')"
        : $"coalesce(cast({column} AS string), 'None')";

    [Theory]
    [InlineData(NewFields.Ignore)]
    [InlineData(NewFields.Stop)]
    public async Task New_fields_are_left_out_and_told_or_end_the_job_and_what_stood_before_them_is_kept(NewFields mode)
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        var (plain, changed) = (new ChangingProducer("a"), new ChangingProducer("b"));
        changed.Change(0, new(1));
        using (var producer = new BatchProducer(cluster.Settings, "test", [topic]))
        {
            foreach (var one in new[] { plain, changed })
            {
                var id = await one.RegisterAsync(world.Registry, Cancel);
                producer.Send(topic.Name, 0, "k"u8, one.Next(id).Value, Cancel);
            }
            producer.Flush(Cancel);
        }
        var settings = Settings(world, cluster) with { NewFields = mode };
        if (mode == NewFields.Stop)
        {
            var e = await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(settings, Cancel));
            Assert.Contains("b_text_1 string", e.Message, StringComparison.Ordinal);
            Assert.Equal(["a"], await world.ReadAsync(Topics.Trades.Table, "source", Cancel));
            return;
        }
        Assert.Equal("b_text_1", (await world.RunAsync(settings, Cancel)).Ignored[Topics.Trades.Table]);
        Assert.Equal(["a", "b"], await world.ReadAsync(Topics.Trades.Table, "source", Cancel));
        Assert.Null((await world.TableAsync(Topics.Trades.Table, Cancel)).Metadata.Schema.Find("b_text_1"));
    }

    [Fact]
    public async Task A_topic_whose_schema_the_registry_lacks_ends_the_job_with_the_line_to_type_and_loses_nothing()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using (var producer = new BatchProducer(cluster.Settings, "test", [topic]))
        {
            for (var i = 0; i < 3; i++)
                producer.Send(topic.Name, 0, "k"u8, new ChangingProducer("a").Next(777).Value, Cancel);
            producer.Flush(Cancel);
        }
        var settings = Settings(world, cluster);
        settings = settings with { Kafka = settings.Kafka with { Patience = TimeSpan.FromMilliseconds(100) } };
        var e = await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(settings, Cancel));
        Assert.Equal(LakeErrorKind.Unavailable, e.Kind);
        Assert.Contains("777.json'", e.Message, StringComparison.Ordinal);
        Assert.Empty(await world.ReadAsync(DeadLetters.Table, "reason", Cancel));
        await File.WriteAllTextAsync(Path.Combine(world.Lake.DataDir, "registry", "777.json"), Topics.Trades.Schema.Text, Cancel);
        Assert.Equal(0, (await world.RunAsync(settings, Cancel)).DeadLetters);
        Assert.Equal(3, (await world.ReadAsync(Topics.Trades.Table, "sequence", Cancel)).Count);
        // one frame of garbage behind good ones is no fault of the configuration
        using (var producer = new BatchProducer(cluster.Settings, "test", [topic]))
        {
            producer.Send(topic.Name, 0, "k"u8, [0, 9, 9, 9, 9, 9], Cancel);
            producer.Flush(Cancel);
        }
        Assert.Equal("UNKNOWN_SCHEMA", Assert.Single((await world.RunAsync(settings, Cancel)).ByReason).Key);
    }

    [Fact]
    public async Task A_contract_that_has_grown_adds_to_its_tables_and_what_does_not_only_add_is_refused_before_anything_is_read()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        foreach (var own in Topics.All.Select(t => t.Contract)
            .Append(TableContracts.Get(DeadLetters.Table)).Append(TableContracts.Get(LogHoles.Table)))
        {
            var optional = own.Columns.Where(c => c.Nullable && own.Partitions.All(p => p.Source != c.Name)).Select(c => c.Name).ToList();
            var before = own with { Columns = [.. own.Columns.Where(c => c.Name != optional.FirstOrDefault())] };
            // somebody else has taken the id of the column that is to come
            var ident = TableIdent.Parse(own.Name);
            var definition = before.ToDefinition();
            var taken = own.Columns.First(c => c.Name == (optional.FirstOrDefault() ?? c.Name)).Id;
            var foreign = optional.Count == 0 ? definition.Schema : definition.Schema with
            {
                Fields = [.. definition.Schema.Fields, new(taken, "foreign", IcebergType.String, false)],
            };
            await world.Lake.Catalog.CreateAsync(ident, definition with { Schema = foreign }, Cancel);
            var growth = new TableGrowth(world.Lake,
                Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
            var grown = (await growth.EnsureAsync([own], Cancel))[own.Name];
            Assert.Equal(own.Columns.Select(c => (c.Name, c.Type)),
                grown.Columns.Where(c => !c.IsAdditional).Select(c => (c.Name, c.Type)));
            Assert.Equal(grown.Columns.Count, grown.Columns.DistinctBy(c => c.Id).Count());
            var metadata = (await world.TableAsync(own.Name, Cancel)).MetadataLocation;
            Assert.Equal(grown.Columns, (await growth.EnsureAsync([own], Cancel))[own.Name].Columns);
            Assert.Equal(metadata, (await world.TableAsync(own.Name, Cancel)).MetadataLocation);
            var other = own with { Columns = [own.Columns[0] with { Type = new(ColumnKind.Boolean) }, .. own.Columns.Skip(1)] };
            var e = await Assert.ThrowsAsync<LakeException>(() => growth.EnsureAsync([other], Cancel));
            Assert.Contains($"{own.Name} cannot grow", e.Message, StringComparison.Ordinal);
            Assert.Contains("dartlake migrate", e.Message, StringComparison.Ordinal);
            Assert.Contains($"column {own.Columns[0].Name} ", e.Message, StringComparison.Ordinal);
        }
    }

    static BronzeSettings Settings(BronzeWorld world, InProcessCluster cluster) =>
         world.Settings(cluster.Settings) with { Topics = [Topics.Trades] };
}
