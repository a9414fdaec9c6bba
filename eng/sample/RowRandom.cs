namespace ContactPlatform.Sample;

/// <summary>
/// Random numbers of one row: SplitMix64 (Steele, Lea, Flood, 2014), begun from the seed and the row's number. So any
/// row can be made again by itself, and the same seed gives the same file on every platform.
/// </summary>
internal struct RowRandom(long seed, long row)
{
    private ulong _state = unchecked(((ulong)seed * 0xD1342543DE82EF95UL) ^ ((ulong)row * 0x9E3779B97F4A7C15UL));

    /// <summary>A number from 0 to below <paramref name="limit"/>; its bias (under limit / 2^64) does not matter here.</summary>
    public int Next(int limit) => (int)Math.BigMul(NextBits(), (ulong)limit, out _);

    /// <summary>True in this share (0 to 1) of the calls.</summary>
    public bool Chance(double share) => (NextBits() >> 11) * (1.0 / (1UL << 53)) < share;

    public T Pick<T>(T[] items) => items[Next(items.Length)];

    /// <summary>Random numbers of their own, however many are taken of them.</summary>
    public RowRandom Fork() => new() { _state = NextBits() };

    private ulong NextBits()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15UL;
            var z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }
}
