"""What breaks: crashes, full disks, databases that go away."""
