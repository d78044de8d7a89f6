using System.IO.Compression;
using System.IO.Hashing;
using CsCheck;
using PinScheduler.Landing;

namespace PinScheduler.Tests.Landing;

public sealed class AppendFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pinscheduler-append-");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Append_KeepsEveryByteInOrder_WhateverThePieces(bool packed) => Gen.Int[0, 700_000].Array[0, 8].Sample(
        lengths =>
        {
            using var file = new AppendFile(Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N")), packed);
            var expected = new MemoryStream();
            var random = new Random(lengths.Length);
            foreach (var length in lengths)
            {
                var piece = new byte[length];
                random.NextBytes(piece);
                file.Append(piece);
                expected.Write(piece);
            }

            Assert.Equal(expected.Length, file.Length);
            file.Write();
            file.FlushToDisk();
            var bytes = File.ReadAllBytes(file.Path);
            Assert.Equal(file.DiskLength, bytes.Length);
            Assert.Equal(expected.ToArray(), packed ? Unpack(bytes) : bytes);
            Assert.Equal(Convert.ToHexStringLower(XxHash128.Hash(expected.ToArray())), file.Checksum);
        },
        iter: 10);

    [Fact]
    public void Append_TouchesNoDisk_UntilABufferIsFull()
    {
        using var file = new AppendFile(Path.Combine(_folder.FullName, "small"));
        file.Append(new byte[1000]);
        Assert.False(File.Exists(file.Path));
    }

    private static byte[] Unpack(byte[] bytes)
    {
        using var unpacked = new MemoryStream();
        using var packed = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        packed.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
