using System.Security.Cryptography;
using System.Text.Json;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Imports;

/// <summary>
/// Takes a file in as it arrives: stores it in pieces of 1 MiB, and reads its header as soon as that is there, so that a
/// file that cannot be imported is refused at its beginning.
/// </summary>
public sealed class ImportUpload : IDisposable
{
    /// <summary>Bytes in a file unless `Imports:MaximumBytes` says less: 4 GiB.</summary>
    public const long MaximumBytes = 4L << 30;

    /// <summary>Bytes in a message.</summary>
    public const int MaximumMessage = 1 << 20;

    private const int Piece = 1 << 20;

    private readonly ContactsDbContext db;
    private readonly ImportPlan plan;
    private readonly ImportRow row;
    private readonly IReadOnlyList<CustomField> fields;
    private readonly long maximumBytes;
    private readonly TimeProvider time;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] piece = new byte[Piece];
    private int filled;
    private int stored;
    private int triedAt;

    /// <summary>Begins an upload.</summary>
    public ImportUpload(ContactsDbContext db, ImportRow row, ImportPlan plan, IReadOnlyList<CustomField> fields, long maximumBytes, TimeProvider time)
    {
        (this.db, this.row, this.plan, this.fields, this.maximumBytes, this.time) = (db, row, plan, fields, maximumBytes, time);
        hash.AppendData(row.Config);
    }

    /// <summary>Takes the next bytes.</summary>
    /// <exception cref="RefusalException">LIMIT_EXCEEDED, IMPORT_FILE_INVALID, INVALID_FIELD.</exception>
    public async Task AppendAsync(ByteString data, CancellationToken cancellationToken)
    {
        Limit(data.Length, MaximumMessage, "data");
        row.ByteCount += data.Length;
        Limit(row.ByteCount, maximumBytes, "file");
        hash.AppendData(data.Span);
        var rest = data.Memory;
        while (!rest.IsEmpty)
        {
            var count = Math.Min(rest.Length, Piece - filled);
            rest[..count].CopyTo(piece.AsMemory(filled));
            filled += count;
            rest = rest[count..];
            // A header in small parts is tried again only when there is twice as much of it.
            if (row.Header.Length == 0 && (filled == Piece || (filled >= triedAt * 2 && piece.AsSpan(triedAt, filled - triedAt).ContainsAny((byte)'\r', (byte)'\n'))))
            {
                triedAt = filled;
                await ReadHeaderAsync(complete: filled == Piece, cancellationToken);
            }
            if (filled == Piece)
            {
                await StoreAsync(cancellationToken);
            }
        }
    }

    /// <summary>Ends the upload.</summary>
    /// <returns>SHA-256 of the config and the file.</returns>
    /// <exception cref="RefusalException">IMPORT_FILE_INVALID, INVALID_FIELD.</exception>
    public async Task<byte[]> CompleteAsync(CancellationToken cancellationToken)
    {
        if (row.Header.Length == 0)
        {
            await ReadHeaderAsync(complete: true, cancellationToken);
        }
        await StoreAsync(cancellationToken);
        return hash.GetHashAndReset();
    }

    /// <inheritdoc/>
    public void Dispose() => hash.Dispose();

    /// <summary>Reads the header out of the first piece. Unless that is all there is, a header that may go on is waited for.</summary>
    private async Task ReadHeaderAsync(bool complete, CancellationToken cancellationToken)
    {
        using var head = new MemoryStream(piece, 0, filled, writable: false);
        try
        {
            var csv = plan.Open(complete ? head : new Unfinished(head));
            var columns = await plan.ReadHeaderAsync(csv, fields, cancellationToken);
            row.Header = JsonSerializer.Serialize(columns.Header);
        }
        catch (UnfinishedException)
        {
            // More of the header is to come.
        }
        catch (CsvFileException e)
        {
            throw new RefusalException(new Refusal(ContactsReasons.ImportFileInvalid, e.Message).With("problem", e.Problem).With("line", e.Line), e);
        }
    }

    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        if (stored == 0)
        {
            row.TouchTime = time.UtcNow();
            db.Imports.Add(row);
        }
        if (filled > 0)
        {
            db.ImportChunks.Add(new ImportChunkRow { AccountId = row.AccountId, ImportId = row.ImportId, Number = stored++, Data = piece[..filled] });
        }
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
        filled = 0;
        var now = time.UtcNow();
        await db.Imports.Where(i => i.ImportId == row.ImportId).ExecuteUpdateAsync(set => set
            .SetProperty(i => i.TouchTime, now).SetProperty(i => i.Header, row.Header).SetProperty(i => i.ByteCount, row.ByteCount), cancellationToken);
    }

    private static void Limit(long actual, long limit, string field)
    {
        if (actual > limit)
        {
            throw new RefusalException(new Refusal(CommonReasons.LimitExceeded, $"{field} has {actual} bytes; at most {limit} are allowed")
                .With("field", field).With("limit", limit).With("actual", actual));
        }
    }

    private sealed class UnfinishedException : Exception;

    /// <summary>A stream whose end is not the file's.</summary>
    private sealed class Unfinished(Stream arrived) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await arrived.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new UnfinishedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
