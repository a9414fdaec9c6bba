using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Imports;

/// <summary>An uploaded file as a stream, read from its pieces in the database; one piece is in memory at a time.</summary>
/// <param name="db">A context of its own: it is read while the import writes on another.</param>
/// <param name="importId">The import.</param>
public sealed class ImportFileStream(ContactsDbContext db, long importId) : Stream
{
    private byte[] piece = [];
    private int position;
    private int next;
    private long done;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <summary>Bytes read so far; cannot be set.</summary>
    public override long Position { get => done; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position == piece.Length)
        {
            piece = await db.ImportChunks.AsNoTracking().Where(c => c.ImportId == importId && c.Number == next).Select(c => c.Data).SingleOrDefaultAsync(cancellationToken) ?? [];
            (position, next) = (0, next + 1);
        }
        var count = Math.Min(buffer.Length, piece.Length - position);
        piece.AsMemory(position, count).CopyTo(buffer);
        position += count;
        done += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read asynchronously");

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
