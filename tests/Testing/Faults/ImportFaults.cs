using System.Globalization;
using System.Text;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Sample;
using Google.Protobuf;
using Grpc.Core;

namespace ContactPlatform.Testing.Faults;

/// <summary>Files made to fill the memory of their service.</summary>
internal static class ImportFaults
{
    private const long Megabyte = 1 << 20;

    /// <summary>From this size on the time of others' calls counts.</summary>
    private const int Measured = 100_000;

    /// <summary>
    /// Rows that are all wrong, a file of 1 GB, one line of 100 MB, and quotes without an end (each at full size): an
    /// answer or refused rows, and the service stays under 300 MB, whatever it is sent.
    /// </summary>
    public static async Task HostileAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var (large, line) = (bed.Size * 10_000L, bed.Size * 1000L);
        var service = bed.Stack.Contacts.Service;
        // Anew, so that what is measured is these imports' own.
        await FaultBed.KillAndStartAsync(service, cancellationToken);
        var calm = await SlowestAsync(bed, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancellationToken), cancellationToken);
        service.ForgetPeak();
        var work = ImportAllAsync();
        var busy = await SlowestAsync(bed, work, cancellationToken);
        await work;
        var peak = service.PeakBytes();
        bed.Log(string.Create(CultureInfo.InvariantCulture, $"memory of Contacts was {peak / 1e6:0} MB at most; p99 of GetContact {calm:0.0} ms when idle, {busy:0.0} ms meanwhile"));
        FaultBed.Must(peak < 300 * Megabyte, $"Contacts took {peak} bytes");
        // A few calls beside small files are no sample: only at full size does the time of others count.
        FaultBed.Must(bed.Size < Measured || busy <= 2 * calm, $"others' calls took {busy:0.0} ms instead of {calm:0.0} ms");

        async Task ImportAllAsync()
        {
            // Some ten thousand of them are odd or wrong; some name an earlier row, so there must be right ones too.
            using var dirty = new MemoryStream();
            var summary = SampleFile.Write(dirty, 20_000, bed.Random.Next(), 0.5);
            var ended = await ImportAsync("malformed rows", dirty.ToArray().Chunk(100_000).Select(c => UnsafeByteOperations.UnsafeWrap(c)));
            FaultBed.Must(ended.RefusedCount == summary.Count(Expected.Refused), $"{ended.RefusedCount} rows were refused, {summary.Count(Expected.Refused)} are wrong");
            // Long rows of one contact, so that the database is not what is measured.
            ended = await ImportAsync("long rows", Parts("email,note\n", "a@long.example," + new string('n', 20_000) + "\n", large));
            FaultBed.Must(ended.RefusedCount == 0 && ended.CreatedCount <= 1, $"a large file was imported as {ended}");
            ended = await ImportAsync("one line", Parts("email,note\na@long.example,\n", "x", line).Append(ByteString.CopyFromUtf8("\nb@long.example,\n")));
            FaultBed.Must(ended.RefusedCount == 1 && ended.CreatedCount + ended.UnchangedCount == 2, $"a long line was imported as {ended}");
            ended = await ImportAsync("quotes", Parts("email,note\na@long.example,\n", "\"", line).Append(ByteString.CopyFromUtf8("\nb@long.example,\n")));
            FaultBed.Must(ended.RefusedCount == 1 && ended.UnchangedCount == 2, $"quotes were imported as {ended}");
            ended = await ImportAsync("quotes that open and close", Parts("email,note\n", "\"\"\"\n", line / 20));
            FaultBed.Must(ended.RefusedCount > 0, $"open quotes were imported as {ended}");
        }

        async Task<Import> ImportAsync(string what, IEnumerable<ByteString> parts)
        {
            var ended = await EndAsync(bed, await UploadAsync(bed, parts, cancellationToken), cancellationToken);
            bed.Log(string.Create(CultureInfo.InvariantCulture, $"{what}: {ended.ByteCount / 1e6:0} MB, Contacts at {service.PeakBytes() / 1e6:0} MB"));
            return ended;
        }
    }

    internal static async Task<long> UploadAsync(FaultBed bed, IEnumerable<ByteString> parts, CancellationToken cancellationToken, string requestId = "")
    {
        using var call = bed.Stack.Imports.UploadImport(bed.Stack.Headers, cancellationToken: cancellationToken);
        var answer = call.ResponseAsync;
        var start = new UploadImportStart { Config = new ImportConfig { CreateMissingLabels = true }, RequestId = requestId };
        try
        {
            foreach (var message in parts.Select(p => new UploadImportRequest { Data = p }).Prepend(new() { Start = start }))
            {
                var write = call.RequestStream.WriteAsync(message, cancellationToken);
                if (await Task.WhenAny(write, answer) == answer)
                {
                    break;
                }
                await write;
            }
            await (answer.IsCompleted ? Task.CompletedTask : call.RequestStream.CompleteAsync());
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The service refused before it had read everything; its answer says why.
        }
        return (await answer).Import.ImportId;
    }

    internal static async Task<Import> EndAsync(FaultBed bed, long import, CancellationToken cancellationToken)
    {
        await FaultBed.UntilAsync($"import {import} ends", async () => await bed.ContactsAsync($"SELECT state FROM runs WHERE run_id = {import}", cancellationToken) >= 3, cancellationToken, TimeSpan.FromMinutes(10));
        var ended = (await bed.Stack.Imports.GetImportAsync(new() { ImportId = import }, bed.Stack.Headers, cancellationToken: cancellationToken)).Import;
        FaultBed.Must(ended.Run.State == RunState.Succeeded, $"import {import} ended as {ended.Run.State}: {ended.Run.FailureReason} {ended.Run.Message}");
        return ended;
    }

    /// <summary>p99 of GetContact in milliseconds while something goes on.</summary>
    private static async Task<double> SlowestAsync(FaultBed bed, Task until, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        while (!until.IsCompleted)
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            await bed.Stack.ContactService.GetContactAsync(new() { ContactId = bed.Crowd.FirstId }, bed.Stack.Headers, cancellationToken: cancellationToken);
            times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await Task.Delay(TimeSpan.FromMilliseconds(bed.Size < Measured ? 100 : 5), TimeProvider.System, cancellationToken);
        }
        times.Sort();
        return times.Count == 0 ? 0 : times[(int)(times.Count * 0.99)];
    }

    private static IEnumerable<ByteString> Parts(string first, string repeated, long bytes)
    {
        yield return ByteString.CopyFromUtf8(first);
        var part = ByteString.CopyFromUtf8(string.Concat(Enumerable.Repeat(repeated, (int)(Math.Min(Megabyte, bytes) / repeated.Length))));
        for (var sent = 0L; sent < bytes; sent += part.Length)
        {
            yield return part;
        }
    }
}
